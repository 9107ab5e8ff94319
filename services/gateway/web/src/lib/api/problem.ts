import {connection} from './connection.svelte'
import type {Problem} from './types'

/** Why a call failed. Every failed call throws one of these. */
export class ProblemError extends Error {
  readonly status: number
  readonly problem: Problem
  /** Seconds to wait before the next attempt, if the server said so. */
  readonly retryAfter?: number

  constructor(problem: Problem, retryAfter?: number) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
    this.status = problem.status
    this.problem = problem
    this.retryAfter = retryAfter
  }

  /** The message for a field, given its JSON pointer; pointers below it count too. */
  at(pointer: string): string | undefined {
    return this.problem.errors?.find((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`))?.message
  }
}

const unreachable: Problem = {
  type: 'about:blank',
  title: 'No connection',
  status: 0,
  detail: 'Outlay cannot be reached. Check your connection and try again.',
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'title' in value && 'status' in value
}

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Returns the data of a response, or throws its problem. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  const {data, error, response} = await answer.catch((reason: unknown) => {
    // Aborted here, which says nothing about the connection.
    if (reason instanceof DOMException && reason.name === 'AbortError') throw reason
    connection.lost = true
    throw new ProblemError(unreachable)
  })
  connection.lost = false
  if (response.ok) return data as T
  const retryAfter = secondsOf(response.headers.get('Retry-After'))
  if (isProblem(error)) throw new ProblemError(error, retryAfter)
  const detail = response.status >= 500 ? 'This service is temporarily unavailable. Try again in a minute.' : undefined
  throw new ProblemError({type: 'about:blank', title: `Error ${response.status}`, status: response.status, detail}, retryAfter)
}

const secondsOf = (header: string | null): number | undefined => (header && /^\d+$/.test(header) ? Number(header) : undefined)

export const explain = (error: unknown): string =>
  error instanceof Error ? error.message : 'Something went wrong. Try again.'
