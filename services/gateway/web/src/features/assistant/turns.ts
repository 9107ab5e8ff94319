import type {Answer, Block, Choice} from '../../lib/api/types'

/** What the user said: a text, or a choice on a card. */
export type Said = {text: string; choice?: undefined} | {text?: undefined; choice: Choice}

export interface Failure {
  text: string
  /** When a retry makes sense, in milliseconds since 1970. */
  notBefore?: number
}

/** A message of the user and its answer. */
export interface Turn {
  id: number
  /** When it was sent, as ISO 8601. */
  at: string
  said: Said
  blocks: Block[]
  state: 'answering' | 'answered' | 'stopped' | 'failed'
  failure?: Failure
  answer?: Pick<Answer, 'language' | 'outcome' | 'fallback' | 'suggestions'>
}

export type CardBlock = Extract<Block, {type: 'card'}>

export const choiceLabel: Record<Choice, string> = {confirm: 'Yes', cancel: 'No', undo: 'Undo'}

export const textOf = (said: Said): string => said.text ?? choiceLabel[said.choice]

/** Pauses only time the streamed answer; they are neither shown nor stored. */
export const isShown = (block: Block): boolean => block.type !== 'pause'

const isCard = (block: Block): block is CardBlock => block.type === 'card'

/** The id of the turn whose card a choice acts on: the last one in that state. */
export function turnToActOn(turns: readonly Turn[], state: CardBlock['state']): number | undefined {
  return turns.findLast((turn) => turn.blocks.some((block) => isCard(block) && block.state === state))?.id
}

/** The ids of the cards that later turns show again in a newer state. */
export function cardsAfter(turns: readonly Turn[], id: number): Set<string> {
  return new Set(turns.filter((turn) => turn.id > id).flatMap((turn) => turn.blocks.filter(isCard).map((card) => card.id)))
}
