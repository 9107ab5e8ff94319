import {connection} from './connection.svelte'
import type {Problem} from './types'

/** What the server refused, in its own words. Every failed call ends as one of these. */
export class ProblemError extends Error {
  readonly status: number
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
    this.status = problem.status
    this.problem = problem
  }

  /** The message for one field, by its JSON pointer; a pointer below it counts as well. */
  at(pointer: string): string | undefined {
    return this.problem.errors?.find((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`))?.message
  }
}

const unreachable: Problem = {
  type: 'about:blank',
  title: 'No connection',
  status: 0,
  detail: 'Outlay cannot be reached. Check the connection and try again.',
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'title' in value && 'status' in value
}

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Turns an answer of the client into its data, or throws the problem. */
export async function need<T>(answer: Promise<Answer<T>>): Promise<T> {
  const {data, error, response} = await answer.catch(() => {
    connection.lost = true
    throw new ProblemError(unreachable)
  })
  connection.lost = false
  if (response.ok) return data as T
  if (isProblem(error)) throw new ProblemError(error)
  throw new ProblemError({
    type: 'about:blank',
    title: `Error ${response.status}`,
    status: response.status,
    detail: response.status >= 500 ? 'Outlay cannot be reached at the moment. Try again in a few seconds.' : undefined,
  })
}

export const explain = (error: unknown): string =>
  error instanceof Error ? error.message : 'Something went wrong. Try again.'
