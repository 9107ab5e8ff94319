import type {Problem} from '../lib/api/types'

/** A request as the server got it. */
export interface Call {
  method: string
  /** Below /api/v1, with the query. */
  path: string
  headers: Headers
  /** Parsed JSON, or the form that was sent. */
  body: unknown
}

type Respond = (call: Call) => unknown

/** Stands in for the gateway: answers requests by method and path, and remembers them. */
export class FakeServer {
  calls: Call[] = []
  /** Requests that no test expected. */
  unexpected: string[] = []
  #responses = new Map<string, Respond>()

  /** Answers with JSON, with a `Response`, or with what a function returns. Later answers replace earlier ones. */
  on(request: string, response: unknown): this {
    this.#responses.set(request, typeof response === 'function' ? (response as Respond) : () => response)
    return this
  }

  reset(): void {
    this.calls = []
    this.unexpected = []
    this.#responses.clear()
  }

  /** The requests of a method and path, without the query. */
  sent(request: string): Call[] {
    return this.calls.filter(({method, path}) => `${method} ${path.split('?')[0]}` === request)
  }

  /** The only request of a method and path. */
  theCall(request: string): Call {
    const found = this.sent(request)
    if (found.length !== 1) throw new Error(`${request} was sent ${found.length} times, among ${this.calls.map(({method, path}) => `${method} ${path}`).join(', ')}`)
    return found[0]!
  }

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = input instanceof Request ? input : new Request(input, init)
    const url = new URL(request.url)
    return this.answer({
      method: request.method,
      path: url.pathname.replace('/api/v1', '') + url.search,
      headers: request.headers,
      body: await bodyOf(request),
    })
  }

  async answer(call: Call): Promise<Response> {
    this.calls.push(call)
    const key = `${call.method} ${call.path.split('?')[0]}`
    const respond = this.#responses.get(key)
    if (!respond) this.unexpected.push(key)
    const answer = respond ? await respond(call) : problem(500, {detail: `Nobody expected ${key}.`})
    if (answer instanceof Response) return answer
    return answer === undefined ? new Response(null, {status: 204}) : json(answer)
  }
}

async function bodyOf(request: Request): Promise<unknown> {
  const type = request.headers.get('Content-Type') ?? ''
  if (type.startsWith('multipart/form-data')) return request.formData()
  const text = await request.text()
  if (type.startsWith('application/x-www-form-urlencoded')) return new URLSearchParams(text)
  return text ? JSON.parse(text) : undefined
}

export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), {status, headers: {'Content-Type': 'application/json'}})

/** A refusal as the services send it. */
export const problem = (status: number, problem: Partial<Problem> = {}): Response =>
  new Response(JSON.stringify({type: 'about:blank', title: 'Refused', status, ...problem}), {
    status,
    headers: {'Content-Type': 'application/problem+json'},
  })

/** A refusal of one field. */
export const invalid = (pointer: string, message: string): Response =>
  problem(422, {title: 'Invalid', detail: 'Some fields are invalid.', errors: [{pointer, message}]})

/** No connection. */
export const unreachable = (): never => {
  throw new TypeError('Failed to fetch')
}

export const server = new FakeServer()
