/**
 * Room for so much of something that is scarce (bytes, megabytes); who does not fit waits for those who came before. One
 * that is larger than the room has it alone.
 */
export class Room {
  private taken = 0;
  private readonly waiting: { amount: number; enter: () => void }[] = [];

  constructor(private readonly size: number) {}

  /** Resolves once there is room for `amount`, with what gives it back. */
  async take(amount: number): Promise<() => void> {
    if (this.waiting.length > 0 || !this.fits(amount))
      await new Promise<void>((enter) => this.waiting.push({ amount, enter }));
    else this.taken += amount;
    return () => {
      this.taken -= amount;
      for (let next = this.waiting[0]; next && this.fits(next.amount); next = this.waiting[0]) {
        this.waiting.shift();
        this.taken += next.amount;
        next.enter();
      }
    };
  }

  private fits(amount: number): boolean {
    return this.taken === 0 || this.taken + amount <= this.size;
  }
}
