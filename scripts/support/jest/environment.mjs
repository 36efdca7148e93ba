/** Where tests run: the process itself, with jest's console while a file runs, so that what it says is told with it. */
export default class ThisProcess {
  global = { console };
  /** Jest clears its mocks after every file; there are none. */
  moduleMocker = { clearAllMocks() {}, resetAllMocks() {}, restoreAllMocks() {} };
  #console = console;

  async setup() {
    globalThis.console = this.global.console;
  }

  async teardown() {
    globalThis.console = this.#console;
  }

  /** Jest asks for the contexts of `node:vm`; there are none. */
  getVmContext() {
    return null;
  }
}
