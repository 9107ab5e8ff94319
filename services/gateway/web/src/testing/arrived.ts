import {waitFor} from '@testing-library/svelte'
import {server, type Call} from './server'

/** Waits for the only request of a method and path. */
export const arrived = (request: string): Promise<Call> => waitFor(() => server.theCall(request))
