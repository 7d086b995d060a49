/**
 * The owner's session at the pages: a cookie that the server signed and keeps nothing of. Forms carry a word derived
 * from it, so that another site can't send them even where the browser would add the cookie.
 */
import { createHmac } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Id } from '#shared/identity/ids.ts'
import { isSame } from '#cloud/identity/secrets.ts'

const COOKIE = 'xiaopu_owner'
const LIFE_MS = 8 * 3_600_000

export interface Sessions {
  open(reply: FastifyReply, shop: Id, now: number): void
  close(reply: FastifyReply): void
  /** The word that forms of this request's session carry; undefined when it has none for this shop. */
  wordFor(request: FastifyRequest, shop: Id, now: number): string | undefined
}

export function makeSessions(secret: Buffer, isSecure: () => boolean): Sessions {
  const sign = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url')
  const set = (reply: FastifyReply, value: string, seconds: number): void => {
    void reply.header('set-cookie', `${COOKIE}=${value}; Path=/manage; HttpOnly; SameSite=Strict; Max-Age=${seconds}${isSecure() ? '; Secure' : ''}`)
  }
  return {
    open(reply, shop, now) {
      const text = `${shop}.${now + LIFE_MS}`
      set(reply, `${text}.${sign(text)}`, LIFE_MS / 1000)
    },
    close: (reply) => set(reply, '', 0),
    wordFor(request, shop, now) {
      const value = cookieOf(request.headers.cookie)
      const [of = '', until = '', signature = ''] = value.split('.')
      if (of !== shop || !(Number(until) > now) || !isSame(signature, sign(`${of}.${until}`))) return undefined
      return sign(`form ${value}`)
    },
  }
}

function cookieOf(header: string | undefined): string {
  const pair = (header ?? '').split(/; */).find((part) => part.startsWith(`${COOKIE}=`))
  return pair?.slice(COOKIE.length + 1) ?? ''
}
