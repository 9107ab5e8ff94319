import type {Client} from 'openapi-fetch'
import {ProblemError, unwrap} from '../../lib/api/problem'
import type {paths} from '../../lib/api/schema'
import type {Answer, Block, NewMessage, Problem} from '../../lib/api/types'
import {readEvents, type ServerEvent} from './events'

/** What arrives while an answer is streamed: its blocks, and at the end the whole answer. */
export type Piece = {block: Block} | {answer: Answer}

export type Ask = (message: NewMessage, signal: AbortSignal) => AsyncGenerator<Piece>

const broken: Problem = {
  type: 'about:blank',
  title: 'The answer was interrupted',
  status: 0,
  detail: 'The answer was interrupted. Try again.',
}

/** Sends messages through an API client. Throws a ProblemError for every failure, and the signal's AbortError if aborted. */
export function createAsk(client: Client<paths>): Ask {
  return async function* ask(message, signal) {
    const headers = {Accept: 'text/event-stream, application/json;q=0.5'}
    const sent = client.POST('/assistant/messages', {body: message, headers, signal, parseAs: 'stream'})
    const body = await unwrap<ReadableStream<Uint8Array> | null>(sent as Promise<{data?: ReadableStream<Uint8Array> | null; response: Response}>)
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

/** Ignores unknown events, which newer versions of the server may send. */
function pieceOf({name, data}: ServerEvent): Piece | undefined {
  if (name === 'block') return {block: JSON.parse(data) as Block}
  if (name === 'answer') return {answer: JSON.parse(data) as Answer}
  if (name === 'problem') throw new ProblemError(JSON.parse(data) as Problem)
  return undefined
}
