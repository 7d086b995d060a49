/**
 * The token of this launch. It comes once in the address, moves to the tab's own storage and leaves the
 * address, so that it is neither in the history nor in a photograph of the screen.
 */
const KEY = 'xiaopu.token'

export function takeToken(): string | undefined {
  const address = new URL(location.href)
  const fresh = address.searchParams.get('token')
  if (fresh) {
    sessionStorage.setItem(KEY, fresh)
    address.searchParams.delete('token')
    history.replaceState(history.state, '', address)
  }
  return fresh ?? sessionStorage.getItem(KEY) ?? undefined
}

/** Where the customer display is, with the token this page was let in by. */
export function displayAddress(): string {
  const token = sessionStorage.getItem(KEY)
  return token === null ? './display.html' : `./display.html?token=${encodeURIComponent(token)}`
}
