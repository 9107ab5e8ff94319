import createClient, {type Middleware} from 'openapi-fetch'
import type {paths} from './schema'

export const apiRoot = '/api/v1'

type Listener = () => void
const signedOutListeners = new Set<Listener>()

/** Called when a call is answered 401: the session is over. */
export function onSignedOut(listener: Listener): void {
  signedOutListeners.add(listener)
}

export function sessionIsOver(): void {
  for (const listener of signedOutListeners) listener()
}

const watchSession: Middleware = {
  onResponse({request, response}) {
    // At sign-in itself 401 means a wrong password.
    const signingIn = request.method === 'POST' && new URL(request.url).pathname === `${apiRoot}/session`
    if (response.status === 401 && !signingIn) sessionIsOver()
  },
}

export const api = createClient<paths>({baseUrl: apiRoot, headers: {Accept: 'application/json'}})
api.use(watchSession)

/** So that nobody's change is overwritten unseen. */
export const ifMatch = (thing: {version: number}) => ({'If-Match': `"${thing.version}"`})

/** One key per intention: a repeat after a lost answer then records nothing twice. */
export const newKey = (): string => crypto.randomUUID()
export const once = (key = newKey()) => ({'Idempotency-Key': key})
