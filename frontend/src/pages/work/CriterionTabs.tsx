/** The criteria of a ranking, one order each. A tick says that the order is complete. */
import { Key } from "./Tool";
import rank from "./rank.module.css";

interface CriterionTabsProps {
  names: string[];
  at: number;
  /** Positions of those whose order isn't complete. */
  open: number[];
  onTurn: (index: number) => void;
}

export function CriterionTabs({ names, at, open, onTurn }: CriterionTabsProps) {
  return (
    <div className={rank.tabs} role="group" aria-label="Criteria" aria-keyshortcuts="[ ]">
      {names.map((name, index) => (
        <button
          key={name}
          type="button"
          className={rank.tab}
          aria-pressed={index === at}
          aria-label={open.includes(index) ? name : `${name}, complete`}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTurn(index)}
        >
          {name}
          {!open.includes(index) && <span aria-hidden="true"> ✓</span>}
        </button>
      ))}
      <span>
        <Key>[</Key> <Key>]</Key>
      </span>
    </div>
  );
}
