/** Whether the assistant is open. What it is made of is loaded when it is opened for the first time. */
class AssistantPanel {
  open = $state(false)
  /** Covers the page, as on a phone; then nothing beneath can be reached. */
  covering = $state(false)
  /** Set by the open panel, for whoever asks for it again. */
  focus: (() => void) | undefined
  /** Set by what was said, to be forgotten when the person leaves. */
  forget: (() => void) | undefined

  show(): void {
    if (this.open) this.focus?.()
    this.open = true
  }

  toggle(): void {
    if (this.open) this.close()
    else this.show()
  }

  close(): void {
    this.open = false
  }

  leave(): void {
    this.open = false
    this.forget?.()
  }
}

export const assistantPanel = new AssistantPanel()
