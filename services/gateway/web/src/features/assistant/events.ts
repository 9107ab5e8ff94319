/** One server-sent event. */
export interface ServerEvent {
  name: string
  data: string
}

/** Reads server-sent events from a body, even if chunks end within a line or a character. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const lines = new Lines()
  try {
    while (true) {
      const {done, value} = await reader.read()
      yield* lines.take(done ? decoder.decode() : decoder.decode(value, {stream: true}))
      if (done) return
    }
  } finally {
    // If the reader stops early, stop the server too. A broken body is cancelled already.
    await reader.cancel().catch(() => {})
  }
}

/** Assembles events from lines. An event is complete with its blank line. */
class Lines {
  #rest = ''
  #name = ''
  #data: string[] = []

  #line(line: string): ServerEvent | undefined {
    if (line === '') return this.#finish()
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#name = value
    else if (field === 'data') this.#data.push(value)
    return undefined
  }

  #finish(): ServerEvent | undefined {
    const event = this.#data.length > 0 ? {name: this.#name || 'message', data: this.#data.join('\n')} : undefined
    this.#name = ''
    this.#data = []
    return event
  }

  *take(text: string): Generator<ServerEvent> {
    this.#rest += text
    // A carriage return at the end may be half of a line break.
    const ends = /\r\n|\n|\r(?!$)/g
    let from = 0
    for (let end = ends.exec(this.#rest); end; end = ends.exec(this.#rest)) {
      const event = this.#line(this.#rest.slice(from, end.index))
      from = ends.lastIndex
      if (event) yield event
    }
    this.#rest = this.#rest.slice(from)
  }
}
