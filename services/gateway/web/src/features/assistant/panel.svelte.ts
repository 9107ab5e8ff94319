/** Whether the assistant is open. Its components are loaded when it is first opened. */
class AssistantPanel {
  open = $state(false)
  /** Whether it covers the page, as on a phone, so that nothing beneath can be reached. */
  covering = $state(false)
  /** Set by the open panel, to focus it again. */
  focus: (() => void) | undefined
  /** Set by the conversation, to clear it when the user leaves. */
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
