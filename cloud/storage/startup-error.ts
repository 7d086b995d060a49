/** Why the cloud could not start: a code, and a sentence that says what to do. Never shown with a stack. */
export class StartupError extends Error {
  readonly code: string
  constructor(code: string, sentence: string) {
    super(sentence)
    this.code = code
  }
}
