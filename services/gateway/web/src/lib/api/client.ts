import createClient, {type Middleware} from 'openapi-fetch'
import type {paths} from './schema'

export const apiRoot = '/api/v1'

type Listener = () => void
const signedOutListeners = new Set<Listener>()

/** Calls `listener` when a request is answered with 401, because the session has ended. */
export function onSignedOut(listener: Listener): void {
  signedOutListeners.add(listener)
}

export function sessionIsOver(): void {
  for (const listener of signedOutListeners) listener()
}

const watchSession: Middleware = {
  onResponse({request, response}) {
    // At sign-in, 401 means a wrong password.
    const signingIn = request.method === 'POST' && new URL(request.url).pathname === `${apiRoot}/session`
    if (response.status === 401 && !signingIn) sessionIsOver()
  },
}

export const api = createClient<paths>({baseUrl: apiRoot, headers: {Accept: 'application/json'}})
api.use(watchSession)

/** Makes the server refuse the change if someone else changed the resource meanwhile. */
export const ifMatch = (resource: {version: number}) => ({'If-Match': `"${resource.version}"`})

/** One key for each intended change, so that a retry after a lost response creates nothing twice. */
export const newKey = (): string => crypto.randomUUID()
export const idempotent = (key = newKey()) => ({'Idempotency-Key': key})
