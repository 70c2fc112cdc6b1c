/** The width of a box, known before the first paint and followed after it. */
import { useLayoutEffect, useRef, useState } from "react";

export function useWidth<Box extends HTMLElement>(fallback: number) {
  const ref = useRef<Box>(null);
  const [width, setWidth] = useState(fallback);
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return undefined;
    // A box that isn't laid out has no width; what is drawn in it then is not seen.
    const measure = () => setWidth(box.clientWidth || fallback);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, [fallback]);
  return { ref, width };
}
