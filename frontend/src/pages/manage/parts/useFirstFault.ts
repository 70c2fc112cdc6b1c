/** After a refusal the focus goes to the first field that is wrong, which may be out of sight. */
import { useEffect, useRef } from "react";

/** For the form that shows `error` at its fields. */
export function useFirstFault(error: Error | null) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error === null) return;
    const found = form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]');
    found?.focus();
  }, [error]);
  return form;
}
