import {explain, ProblemError} from '../../lib/api/problem'
import type {Answer, Block, Choice, NewMessage} from '../../lib/api/types'
import type {Ask} from './ask'
import {keepDraft, readDraft} from './draft'
import {ConversationStorage} from './conversation-storage'
import {type CardBlock, cardsAfter, type Failure, type Said, type Turn, turnToActOn} from './turns'

export const maxLength = 2000
/** Longer pauses are cut to this, in milliseconds. */
const maxPause = 3000
/** The server forgets a proposal after an hour. */
const choiceLifetime = 3_600_000

export interface Dependencies {
  ask: Ask
  /** Resolves after a time, or at once when the signal aborts. */
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
  now: () => number
  /** Called after the assistant changed data, so that pages refresh. */
  changed: () => void
  /** Storage of this browser. */
  storage: Storage | undefined
  /** Storage of this tab. */
  tab: Storage | undefined
}

/** The conversation. It outlives the panel, and outlives the page only if the user chose so. */
export class Conversation {
  turns = $state.raw<Turn[]>([])
  /** The choices that the last answer offers. */
  choices = $state.raw<Choice[]>([])
  /** Whether it is stored in this browser. */
  kept = $state(false)
  #typed = $state('')
  readonly #dependencies: Dependencies
  #userId = ''
  #storage: ConversationStorage
  #token = ''
  #ids = 0
  #stop: AbortController | undefined

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
    this.#storage = new ConversationStorage(undefined, '')
  }

  /** The message being typed. It stays in this tab, even through a reload. */
  get typed(): string {
    return this.#typed
  }

  set typed(text: string) {
    this.#typed = text
    keepDraft(this.#dependencies.tab, this.#userId, text)
  }

  get last(): Turn | undefined {
    return this.turns.at(-1)
  }

  get busy(): boolean {
    return this.last?.state === 'answering'
  }

  /** A confirmed change cannot be stopped half-way. */
  get stoppable(): boolean {
    return this.busy && this.last?.said.choice === undefined
  }

  /** The earlier questions, the last first. */
  get asked(): string[] {
    return this.turns.flatMap(({said}) => said.text ?? []).reverse()
  }

  /** Continues the conversation of this user, or starts one. */
  enter(userId: string): void {
    if (userId === this.#userId) return
    this.forget()
    this.#userId = userId
    this.#storage = new ConversationStorage(this.#dependencies.storage, userId)
    this.kept = this.#storage.on
    this.#typed = readDraft(this.#dependencies.tab, userId)
    if (this.kept) this.#restore()
  }

  async send(text: string): Promise<void> {
    const said = text.trim()
    if (this.busy || said === '' || said.length > maxLength) return
    await this.#say({text: said})
  }

  async choose(choice: Choice): Promise<void> {
    if (!this.busy) await this.#say({choice})
  }

  /** Sends the last message again after it failed or was stopped. */
  async again(): Promise<void> {
    const last = this.last
    if (!last || this.busy || last.state === 'answered') return
    this.turns = this.turns.slice(0, -1)
    await this.#say(last.said)
  }

  /** Takes the last message back into the field, to be edited. */
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

  /** Clears the conversation, here and in this browser's storage. */
  clear(): void {
    this.#stop?.abort()
    this.turns = []
    this.choices = []
    this.#token = ''
    this.#keep()
  }

  /** Turns storing on or off; false if this browser stores nothing. */
  keep(on: boolean): boolean {
    this.kept = on
    if (!on) this.#storage.erase()
    else this.#keep()
    return this.kept === on
  }

  /** Another tab changed the stored conversation: it was turned off there, or erased at sign-out. */
  storageChanged(key: string | null): void {
    if (this.#storage.isOf(key)) this.kept = this.#storage.on
  }

  /** The user left: nothing stays in memory. */
  forget(): void {
    this.#stop?.abort()
    this.#userId = ''
    this.#storage = new ConversationStorage(undefined, '')
    this.#token = ''
    this.turns = []
    this.choices = []
    this.kept = false
    this.#typed = ''
  }

  /** The choices that a card of a turn offers now. */
  choicesOn(turn: Turn, card: CardBlock): Choice[] {
    if (this.busy || cardsAfter(this.turns, turn.id).has(card.id)) return []
    if (turnToActOn(this.turns, card.state) !== turn.id) return []
    if (card.state === 'proposed') return this.choices.filter((choice) => choice !== 'undo')
    return card.state === 'done' ? this.choices.filter((choice) => choice === 'undo') : []
  }

  async #say(said: Said): Promise<void> {
    const id = ++this.#ids
    const at = new Date(this.#dependencies.now()).toISOString()
    this.turns = [...this.turns, {id, at, said, blocks: [], state: 'answering'}]
    const stop = new AbortController()
    this.#stop = stop
    const message: NewMessage = {...said, conversation: this.#token || undefined}
    try {
      for await (const piece of this.#dependencies.ask(message, stop.signal)) {
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
    if (block.type === 'pause') await this.#dependencies.wait(Math.min(block.milliseconds, maxPause), signal)
    signal.throwIfAborted()
  }

  #finish(id: number, answer: Answer): void {
    const {language, outcome, fallback, suggestions, blocks} = answer
    this.#token = answer.conversation
    this.choices = answer.choices
    this.#change(id, {state: 'answered', blocks, answer: {language, outcome, fallback, suggestions}})
    if (outcome === 'done' || outcome === 'undone') this.#dependencies.changed()
  }

  #failureOf(error: unknown): Failure {
    const wait = error instanceof ProblemError ? error.retryAfter : undefined
    return {text: explain(error), notBefore: wait === undefined ? undefined : this.#dependencies.now() + wait * 1000}
  }

  /** Does nothing if the turn was cleared meanwhile. */
  #change(id: number, change: Partial<Turn>): void {
    this.turns = this.turns.map((turn) => (turn.id === id ? {...turn, ...change} : turn))
  }

  #keep(): void {
    if (this.kept) this.kept = this.#storage.write({turns: this.turns, conversation: this.#token, choices: this.choices})
  }

  #restore(): void {
    const {turns, conversation, choices} = this.#storage.read()
    this.turns = turns
    this.#ids = Math.max(0, ...turns.map((turn) => turn.id))
    this.#token = conversation
    const age = this.#dependencies.now() - Date.parse(turns.at(-1)?.at ?? '')
    this.choices = age < choiceLifetime ? choices : []
  }
}
