/** Counts the time of real work on a task; see `lib/activeTime` for what counts. */
import { useCallback, useEffect, useRef } from "react";

import {
  activeMs,
  begin,
  comeBack,
  isActive,
  leave,
  sign,
  type ActiveTime,
} from "@/lib/activeTime";

const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchmove"] as const;

function inFront(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

export function useActiveTime(startMs: number) {
  const time = useRef<ActiveTime>(null as unknown as ActiveTime);
  time.current ??= begin(performance.now(), startMs, inFront());

  useEffect(() => {
    const step = (next: (now: ActiveTime, at: number) => ActiveTime) => () => {
      time.current = next(time.current, performance.now());
    };
    const onSign = step(sign);
    const onFocus = step((now, at) => (inFront() ? comeBack(now, at) : leave(now, at)));
    const options = { capture: true, passive: true };
    SIGNS.forEach((name) => window.addEventListener(name, onSign, options));
    window.addEventListener("focus", onFocus);
    window.addEventListener("blur", onFocus);
    document.addEventListener("visibilitychange", onFocus);
    return () => {
      SIGNS.forEach((name) => window.removeEventListener(name, onSign, options));
      window.removeEventListener("focus", onFocus);
      window.removeEventListener("blur", onFocus);
      document.removeEventListener("visibilitychange", onFocus);
    };
  }, []);

  return {
    read: useCallback(() => activeMs(time.current, performance.now()), []),
    active: useCallback(() => isActive(time.current, performance.now()), []),
  };
}
