import {createServer, type RequestListener, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import createClient from 'openapi-fetch'
import {afterEach, describe, expect, it} from 'vitest'
import type {ProblemError} from '../../lib/api/problem'
import type {paths} from '../../lib/api/schema'
import {createAsk, type Piece} from './ask'

const answer = {conversation: 'sealed', adapter: 'builtin', fallback: false, language: 'en', intent: 'help', outcome: 'help', blocks: [], suggestions: [], choices: []}
let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A real server that answers every request in one way. */
async function asking(listener: RequestListener) {
  server = createServer(listener)
  await new Promise<void>((ready) => server!.listen(0, '127.0.0.1', ready))
  const {port} = server.address() as AddressInfo
  return createAsk(createClient<paths>({baseUrl: `http://127.0.0.1:${port}/api/v1`}))
}

async function all(pieces: AsyncGenerator<Piece>): Promise<Piece[]> {
  const found: Piece[] = []
  for await (const piece of pieces) found.push(piece)
  return found
}

const event = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
const streamed = (text: string): RequestListener => (_request, response) => {
  response.writeHead(200, {'Content-Type': 'text/event-stream'})
  response.end(text)
}
const never = new AbortController().signal

describe('an answer', () => {
  it('arrives block by block, and then whole', async () => {
    const block = {type: 'text', text: 'Hello'}
    const ask = await asking(streamed(event('block', block) + event('new', 1) + event('answer', answer)))
    expect(await all(ask({text: 'hi'}, never))).toEqual([{block}, {answer}])
  })

  it('may arrive at once, as JSON', async () => {
    const ask = await asking((_request, response) => {
      response.writeHead(200, {'Content-Type': 'application/json'})
      response.end(JSON.stringify(answer))
    })
    expect(await all(ask({text: 'hi'}, never))).toEqual([{answer}])
  })

  it('is asked for as events, with what was said', async () => {
    let body = ''
    let accepted: string | undefined
    const ask = await asking(async (request, response) => {
      accepted = request.headers.accept
      for await (const part of request) body += part
      streamed(event('answer', answer))(request, response)
    })
    await all(ask({choice: 'confirm', conversation: 'sealed'}, never))
    expect(accepted).toMatch(/^text\/event-stream/)
    expect(JSON.parse(body)).toEqual({choice: 'confirm', conversation: 'sealed'})
  })
})

describe('a failure', () => {
  const problem = (status: number, headers: Record<string, string> = {}): RequestListener => (_request, response) => {
    response.writeHead(status, {'Content-Type': 'application/problem+json', ...headers})
    response.end(JSON.stringify({type: 'about:blank', title: 'No', status, detail: 'Wait a moment.'}))
  }
  const failing = async (listener: RequestListener): Promise<ProblemError> => {
    const ask = await asking(listener)
    return all(ask({text: 'hi'}, never)).then(() => Promise.reject(new Error('it did not fail')), (error: unknown) => error as ProblemError)
  }

  it('says what the server said, and how long to wait', async () => {
    expect(await failing(problem(429, {'Retry-After': '12'}))).toMatchObject({status: 429, message: 'Wait a moment.', retryAfter: 12})
    expect(await failing(problem(503))).toMatchObject({status: 503, retryAfter: undefined})
  })

  it('may arrive in the middle of an answer', async () => {
    const text = event('block', {type: 'text', text: 'Hello'}) + event('problem', {title: 'No', status: 500, detail: 'It broke.'})
    expect(await failing(streamed(text))).toMatchObject({status: 500, message: 'It broke.'})
  })

  it.each([
    ['ends early', streamed(event('block', {type: 'text', text: 'Hello'}))],
    ['is no JSON', streamed('event: block\ndata: {\n\n')],
    ['loses its connection', ((_request, response) => {
      response.writeHead(200, {'Content-Type': 'text/event-stream'})
      response.write(event('block', {type: 'text', text: 'Hello'}), () => response.destroy())
    }) as RequestListener],
  ])('is told plainly when the answer %s', async (_how, listener) => {
    expect((await failing(listener)).message).toMatch(/interrupted/)
  })

  it('is told plainly without a connection', async () => {
    const ask = await asking(streamed(''))
    server!.close()
    await expect(all(ask({text: 'hi'}, never))).rejects.toMatchObject({status: 0, message: expect.stringMatching(/cannot be reached/) as unknown})
  })

  it('is not reported when the user stops it, and the server is told', async () => {
    let closed: () => void
    const heard = new Promise<void>((resolve) => (closed = resolve))
    const ask = await asking((_request, response) => {
      response.writeHead(200, {'Content-Type': 'text/event-stream'})
      response.write(event('block', {type: 'text', text: 'Hello'}))
      response.on('close', closed)
    })
    const stop = new AbortController()
    const pieces = ask({text: 'hi'}, stop.signal)
    await pieces.next()
    stop.abort()
    await expect(pieces.next()).rejects.toMatchObject({name: 'AbortError'})
    await heard
  })
})
