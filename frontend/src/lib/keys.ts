/** Which key does what on the work screens. Knows keys and focus, not what an action does. */

export type Command =
  | { do: "digit"; digit: number }
  /** To the left or right. */
  | { do: "move"; by: 1 | -1 }
  /** Up or down. */
  | { do: "vertical"; by: 1 | -1 }
  /** To the next or previous criterion. */
  | { do: "turn"; by: 1 | -1 }
  /** A value one higher or lower. */
  | { do: "nudge"; by: 1 | -1 }
  /** By nearly a screen. */
  | { do: "scroll"; by: number }
  | { do: "label"; label: 1 | 0 | -1 }
  /** `control`: with Ctrl or Cmd, so it is meant whatever has the focus. */
  | { do: "submit"; control: boolean }
  | {
      do:
        | "clear"
        | "cancel"
        | "undo"
        | "skip"
        | "flag"
        | "guidelines"
        | "keys"
        | "diff"
        | "link"
        | "prompt";
    };

/** What of a keyboard event matters here. */
export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
  /** What has the focus: a text field, a control that has its own use for Enter and the arrows, or neither. */
  focus: "text" | "control" | "choice" | "page";
}

const LETTERS: Record<string, Command> = {
  u: { do: "undo" },
  s: { do: "skip" },
  f: { do: "flag" },
  g: { do: "guidelines" },
  "?": { do: "keys" },
  d: { do: "diff" },
  l: { do: "link" },
  p: { do: "prompt" },
  j: { do: "move", by: 1 },
  k: { do: "move", by: -1 },
  y: { do: "label", label: 1 },
  m: { do: "label", label: 0 },
  n: { do: "label", label: -1 },
  "+": { do: "nudge", by: 1 },
  "=": { do: "nudge", by: 1 },
  "-": { do: "nudge", by: -1 },
};

const BRACKETS: Record<string, Command> = {
  "[": { do: "turn", by: -1 },
  "]": { do: "turn", by: 1 },
};

const BESIDE_CONTROLS: Record<string, Command> = {
  ArrowRight: { do: "move", by: 1 },
  ArrowLeft: { do: "move", by: -1 },
  ArrowDown: { do: "vertical", by: 1 },
  ArrowUp: { do: "vertical", by: -1 },
};

const ON_THE_PAGE: Record<string, Command> = {
  PageDown: { do: "scroll", by: 0.85 },
  PageUp: { do: "scroll", by: -0.85 },
};

function forFocus({ key, focus }: Press): Command | undefined {
  if (focus === "page" && ON_THE_PAGE[key]) return ON_THE_PAGE[key];
  return focus === "control" ? undefined : BESIDE_CONTROLS[key];
}

/** The command of a key press, or null where the press belongs to the browser or to a field. */
export function commandFor(press: Press): Command | null {
  // A key held down must not choose on one task and submit on the next.
  if (press.repeat && !/^(Arrow|Page)/.test(press.key)) return null;
  const withControl = press.ctrlKey || press.metaKey;
  if (press.key === "Enter" && withControl && !press.altKey) return { do: "submit", control: true };
  // Many keyboards have the brackets on AltGr, which browsers report as Ctrl and Alt together.
  const plain = press.ctrlKey === press.altKey && !press.metaKey && press.focus !== "text";
  if (plain && BRACKETS[press.key]) return BRACKETS[press.key]!;
  if (withControl || press.altKey || press.focus === "text") return null;
  if (press.key === "Enter" && press.focus === "control") return null;
  if (press.key === "Enter") return { do: "submit", control: false };
  if (/^[0-9]$/.test(press.key)) return { do: "digit", digit: Number(press.key) };
  if (press.key === "Backspace") return { do: "clear" };
  if (press.key === "Escape") return { do: "cancel" };
  return forFocus(press) ?? LETTERS[press.key.toLowerCase()] ?? null;
}

const TEXT =
  "textarea, select, [contenteditable=true], input:not([type=checkbox], [type=radio], [type=range])";
// Enter does nothing on a checkbox, so there it can submit.
const ANSWER = "[data-choice], input[type=checkbox]";
const CONTROL = "button, a[href], summary, [role=button], [role=menuitem], [role=tab]";

/** Where a key press lands. `data-choice` marks what stands for an answer; there Enter submits. */
export function focusOf(target: EventTarget | null): Press["focus"] {
  if (!(target instanceof Element)) return "page";
  if (target.closest(TEXT)) return "text";
  const nearest = target.closest(`${ANSWER}, ${CONTROL}`);
  if (!nearest) return "page";
  return nearest.matches(ANSWER) ? "choice" : "control";
}
