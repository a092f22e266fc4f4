// The same wish is the same booking, however often the button is pressed or an answer is lost: it goes out again as it
// was, under the same name, until an answer came or something else is wished for.

// A page that came without TLS has no `randomUUID`.
function anyName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

export class Once<Body> {
  #sent: { wish: string; once: string; body: Body } | null = null;

  /** What to send: `wish` is what was asked for, `body` how that is said to the hub now. */
  of(wish: unknown, body: () => Body): { once: string; body: Body } {
    const text = JSON.stringify(wish);
    if (this.#sent?.wish !== text) this.#sent = { wish: text, once: anyName(), body: body() };
    return { once: this.#sent.once, body: this.#sent.body };
  }

  /** The hub answered: whoever asks again asks for another. */
  answered(): void {
    this.#sent = null;
  }
}
