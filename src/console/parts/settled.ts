import { useEffect, useState } from 'react';

const SETTLE_MS = 400;

/** The value once it has rested a moment, so that not every key pressed asks the gateway. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
