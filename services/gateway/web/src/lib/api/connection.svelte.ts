/** Whether the last request reached Outlay. */
class Connection {
  lost = $state(false)
}

export const connection = new Connection()
