/** Project, progress and pace; guidelines, keys, light or dark, and the person. */
import { Progress } from "@mantine/core";

import type { Work } from "@/api/types";
import { ColorSchemeToggle } from "@/components/frame/ColorSchemeToggle";
import { PersonMenu } from "@/components/frame/PersonMenu";
import { duration } from "@/lib/words";

import { Tool } from "./Tool";
import classes from "./work.module.css";

function DayProgress({ progress }: Pick<Work, "progress">) {
  const { done_today: today, daily_target: target, median_seconds: pace } = progress;
  return (
    <div className={classes.progress}>
      <span>{target ? `${today} of ${target} today` : `${today} today`}</span>
      {target && (
        <Progress
          className={classes.meter ?? ""}
          value={Math.min(100, (100 * today) / target)}
          size="sm"
          transitionDuration={0}
          aria-label="Done today"
        />
      )}
      {pace !== null && <span className={classes.onlyWide}>about {duration(pace)} each</span>}
    </div>
  );
}

interface TopBarProps {
  work: Work;
  onGuidelines: () => void;
  onKeys: () => void;
}

export function TopBar({ work, onGuidelines, onKeys }: TopBarProps) {
  return (
    <header className={classes.top}>
      <h1 className={classes.project} title={work.project.name}>
        {work.project.name}
      </h1>
      <DayProgress progress={work.progress} />
      <Tool name="Guidelines" hotkey="g" onClick={onGuidelines} />
      <Tool name="Keys" hotkey="?" className={classes.onlyWide} onClick={onKeys} />
      <ColorSchemeToggle />
      <PersonMenu slug={work.project.slug} />
    </header>
  );
}
