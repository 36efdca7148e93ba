import { useCallback, useEffect, useRef } from 'react';
import { useNavigate } from 'react-router-dom';

/** Goes on to an address when work on this page is over; whoever has left the page meanwhile stays where they are. */
export function useMoveOn(): (to: string) => Promise<void> {
  const navigate = useNavigate();
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  return useCallback(
    async (to) => {
      if (shown.current) await navigate(to);
    },
    [navigate],
  );
}
