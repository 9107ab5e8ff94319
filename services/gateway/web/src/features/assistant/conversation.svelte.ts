import {explain, ProblemError} from '../../lib/api/problem'
import type {Answer, Block, Choice, NewMessage} from '../../lib/api/types'
import type {Ask} from './ask'
import {keepDraft, readDraft} from './draft'
import {Keeping} from './kept'
import {cardsAfter, turnToActOn, type CardBlock, type Failure, type Said, type Turn} from './turns'

export const mostWritten = 2000
/** Longer pauses than this help nobody. */
const longestPause = 3000
/** The server forgets what awaits a yes after an hour. */
const choicesLast = 3_600_000

export interface Surroundings {
  ask: Ask
  /** Resolves after a time, or at once when the signal aborts. */
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
  now: () => number
  /** Something was changed or undone, so what screens show may be old. */
  changed: () => void
  /** Of this browser. */
  storage: Storage | undefined
  /** Of this tab. */
  tab: Storage | undefined
}

/** What was said and answered. It outlives the panel, and the page only if the person wants that. */
export class Conversation {
  turns = $state.raw<Turn[]>([])
  /** What can be chosen on the last answer. */
  choices = $state.raw<Choice[]>([])
  /** Whether it is kept in this browser. */
  kept = $state(false)
  #typed = $state('')
  readonly #around: Surroundings
  #userId = ''
  #keeping: Keeping
  #sealed = ''
  #ids = 0
  #stop: AbortController | undefined

  constructor(around: Surroundings) {
    this.#around = around
    this.#keeping = new Keeping(undefined, '')
  }

  /** Written and not sent; it stays in this tab, through a reload too. */
  get typed(): string {
    return this.#typed
  }

  set typed(text: string) {
    this.#typed = text
    keepDraft(this.#around.tab, this.#userId, text)
  }

  get last(): Turn | undefined {
    return this.turns.at(-1)
  }

  get busy(): boolean {
    return this.last?.state === 'answering'
  }

  /** A change that is being made cannot be stopped half-way. */
  get stoppable(): boolean {
    return this.busy && this.last?.said.choice === undefined
  }

  /** What was asked before, the last first. */
  get asked(): string[] {
    return this.turns.flatMap(({said}) => said.text ?? []).reverse()
  }

  /** Goes on with the conversation of this user, or begins one. */
  enter(userId: string): void {
    if (userId === this.#userId) return
    this.forget()
    this.#userId = userId
    this.#keeping = new Keeping(this.#around.storage, userId)
    this.kept = this.#keeping.on
    this.#typed = readDraft(this.#around.tab, userId)
    if (this.kept) this.#restore()
  }

  async send(text: string): Promise<void> {
    const said = text.trim()
    if (this.busy || said === '' || said.length > mostWritten) return
    await this.#say({text: said})
  }

  async choose(choice: Choice): Promise<void> {
    if (!this.busy) await this.#say({choice})
  }

  /** Says the last thing again, after it failed or was stopped. */
  async again(): Promise<void> {
    const last = this.last
    if (!last || this.busy || last.state === 'answered') return
    this.turns = this.turns.slice(0, -1)
    await this.#say(last.said)
  }

  /** Takes the last thing back, to be written differently. */
  takeBack(): void {
    const last = this.last
    if (this.busy || last?.said.text === undefined) return
    this.turns = this.turns.slice(0, -1)
    this.typed = last.said.text
    this.#keep()
  }

  stop(): void {
    if (this.stoppable) this.#stop?.abort()
  }

  /** Begins anew. What was said is gone, here and in this browser's storage. */
  clear(): void {
    this.#stop?.abort()
    this.turns = []
    this.choices = []
    this.#sealed = ''
    this.#keep()
  }

  /** Turns keeping on or off; false if this browser keeps nothing. */
  keep(on: boolean): boolean {
    this.kept = on
    if (!on) this.#keeping.erase()
    else this.#keep()
    return this.kept === on
  }

  /** Another tab changed what is kept: it was turned off there, or erased at sign-out. */
  storageChanged(key: string | null): void {
    if (this.#keeping.isOf(key)) this.kept = this.#keeping.on
  }

  /** The person left: nothing stays in memory. */
  forget(): void {
    this.#stop?.abort()
    this.#userId = ''
    this.#keeping = new Keeping(undefined, '')
    this.#sealed = ''
    this.turns = []
    this.choices = []
    this.kept = false
    this.#typed = ''
  }

  /** What can be chosen on a card of a turn now. */
  choicesOn(turn: Turn, card: CardBlock): Choice[] {
    if (this.busy || cardsAfter(this.turns, turn.id).has(card.id)) return []
    if (turnToActOn(this.turns, card.state) !== turn.id) return []
    if (card.state === 'proposed') return this.choices.filter((choice) => choice !== 'undo')
    return card.state === 'done' ? this.choices.filter((choice) => choice === 'undo') : []
  }

  async #say(said: Said): Promise<void> {
    const id = ++this.#ids
    const at = new Date(this.#around.now()).toISOString()
    this.turns = [...this.turns, {id, at, said, blocks: [], state: 'answering'}]
    const stop = new AbortController()
    this.#stop = stop
    const message: NewMessage = {...said, conversation: this.#sealed || undefined}
    try {
      for await (const piece of this.#around.ask(message, stop.signal)) {
        if ('answer' in piece) this.#finish(id, piece.answer)
        else await this.#show(id, piece.block, stop.signal)
      }
    } catch (error) {
      if (stop.signal.aborted) this.#change(id, {state: 'stopped'})
      else this.#change(id, {state: 'failed', failure: this.#failureOf(error)})
    }
    this.#keep()
  }

  async #show(id: number, block: Block, signal: AbortSignal): Promise<void> {
    const blocks = this.turns.find((turn) => turn.id === id)?.blocks ?? []
    this.#change(id, {blocks: [...blocks, block]})
    if (block.type === 'pause') await this.#around.wait(Math.min(block.milliseconds, longestPause), signal)
    signal.throwIfAborted()
  }

  #finish(id: number, answer: Answer): void {
    const {language, outcome, fallback, suggestions, blocks} = answer
    this.#sealed = answer.conversation
    this.choices = answer.choices
    this.#change(id, {state: 'answered', blocks, answer: {language, outcome, fallback, suggestions}})
    if (outcome === 'done' || outcome === 'undone') this.#around.changed()
  }

  #failureOf(error: unknown): Failure {
    const wait = error instanceof ProblemError ? error.retryAfter : undefined
    return {text: explain(error), notBefore: wait === undefined ? undefined : this.#around.now() + wait * 1000}
  }

  /** A turn that is gone meanwhile, because everything was cleared, is left alone. */
  #change(id: number, change: Partial<Turn>): void {
    this.turns = this.turns.map((turn) => (turn.id === id ? {...turn, ...change} : turn))
  }

  #keep(): void {
    if (this.kept) this.kept = this.#keeping.write({turns: this.turns, conversation: this.#sealed, choices: this.choices})
  }

  #restore(): void {
    const {turns, conversation, choices} = this.#keeping.read()
    this.turns = turns
    this.#ids = Math.max(0, ...turns.map((turn) => turn.id))
    this.#sealed = conversation
    const age = this.#around.now() - Date.parse(turns.at(-1)?.at ?? '')
    this.choices = age < choicesLast ? choices : []
  }
}
