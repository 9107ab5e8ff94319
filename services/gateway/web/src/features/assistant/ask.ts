import type {Client} from 'openapi-fetch'
import {need, ProblemError} from '../../lib/api/problem'
import type {paths} from '../../lib/api/schema'
import type {Answer, Block, NewMessage, Problem} from '../../lib/api/types'
import {readEvents, type ServerEvent} from './events'

/** What comes while an answer is on its way: its blocks one by one, and at the end all of it. */
export type Piece = {block: Block} | {answer: Answer}

export type Ask = (message: NewMessage, signal: AbortSignal) => AsyncGenerator<Piece>

const broken: Problem = {
  type: 'about:blank',
  title: 'The answer broke off',
  status: 0,
  detail: 'The answer broke off. Nothing is lost: try again.',
}

/** Sends messages by a client of the API. Every failure is thrown as a ProblemError, and giving up as the signal's AbortError. */
export function askBy(client: Client<paths>): Ask {
  return async function* ask(message, signal) {
    const headers = {Accept: 'text/event-stream, application/json;q=0.5'}
    const sent = client.POST('/assistant/messages', {body: message, headers, signal, parseAs: 'stream'})
    const body = await need<ReadableStream<Uint8Array> | null>(sent as Promise<{data?: ReadableStream<Uint8Array> | null; response: Response}>)
    const {response} = await sent
    if (!body) throw new ProblemError(broken)
    if (response.headers.get('Content-Type')?.startsWith('application/json')) {
      yield {answer: (await new Response(body).json()) as Answer}
    } else {
      yield* pieces(body, signal)
    }
  }
}

async function* pieces(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Piece> {
  try {
    for await (const event of readEvents(body)) {
      const piece = pieceOf(event)
      if (piece) yield piece
      if (piece && 'answer' in piece) return
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof ProblemError ? error : new ProblemError(broken)
  }
  signal.throwIfAborted()
  throw new ProblemError(broken)
}

/** Events of other names are left to newer versions of this page. */
function pieceOf({name, data}: ServerEvent): Piece | undefined {
  if (name === 'block') return {block: JSON.parse(data) as Block}
  if (name === 'answer') return {answer: JSON.parse(data) as Answer}
  if (name === 'problem') throw new ProblemError(JSON.parse(data) as Problem)
  return undefined
}
