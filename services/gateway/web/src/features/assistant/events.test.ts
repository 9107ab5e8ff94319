import {expect, it} from 'vitest'
import {readEvents, type ServerEvent} from './events'

const bytes = (text: string) => new TextEncoder().encode(text)

/** A body that comes in pieces of some size. */
function body(text: string, size = 4096): ReadableStream<Uint8Array> {
  const all = bytes(text)
  const pieces = Array.from({length: Math.ceil(all.length / size)}, (_, index) => all.slice(index * size, (index + 1) * size))
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
}

async function all(stream: ReadableStream<Uint8Array>): Promise<ServerEvent[]> {
  const found: ServerEvent[] = []
  for await (const event of readEvents(stream)) found.push(event)
  return found
}

it.each([1, 2, 3, 7, 4096])('reads events that come %i bytes at a time, letters of three bytes included', async (size) => {
  const text = ': hello\r\n\r\nevent: block\r\ndata: {"text":"किराना €5"}\r\n\r\nevent: answer\ndata: {}\n\n'
  expect(await all(body(text, size))).toEqual([
    {name: 'block', data: '{"text":"किराना €5"}'},
    {name: 'answer', data: '{}'},
  ])
})

it('joins several lines of data, and removes only one space', async () => {
  expect(await all(body('data:  a\ndata:b\ndata\n\n'))).toEqual([{name: 'message', data: ' a\nb\n'}])
})

it('ignores an incomplete event', async () => {
  expect(await all(body('event: block\ndata: {"type":'))).toEqual([])
  expect(await all(body('event: block\ndata: {}\n'))).toEqual([])
})

it('yields no event without data, and forgets its name', async () => {
  expect(await all(body('event: block\n\ndata: 1\n\n'))).toEqual([{name: 'message', data: '1'}])
})

it('cancels the body when the reader stops', async () => {
  let cancelled = false
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes('data: 1\n\n')),
    cancel: () => void (cancelled = true),
  })
  for await (const event of readEvents(endless)) {
    expect(event.data).toBe('1')
    break
  }
  expect(cancelled).toBe(true)
})
