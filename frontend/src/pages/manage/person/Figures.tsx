/** How somebody rates: three shares with their intervals, how to read each, and the pace. */
import { SimpleGrid } from "@mantine/core";

import type { Profile } from "@/api/manageTypes";
import { Bars } from "@/components/plots";
import { counted, duration } from "@/components/plots/words";

import { Figure } from "../parts/Figure";
import { Section } from "../parts/Page";
import { agreementWords, consistencyWords, goldWords } from "./signalWords";

function Pace({ figures }: Pick<Profile, "figures">) {
  const { days, median_seconds: median } = figures;
  const total = days.reduce((sum, { done }) => sum + done, 0);
  const pace = median === null ? "" : `; the median answer took ${duration(median)}`;
  return (
    <Bars
      title="Answers per day"
      reading="Each bar is one day's answers; today's is still growing. A day far above the others is worth a look at its answers."
      n={`n = ${counted(total, "answer")} in the last ${days.length} days${pace}`}
      name="judgments"
      days={days.map(({ day, done }) => ({ day, count: done }))}
      missing={total === 0 ? `No answers in the last ${days.length} days.` : null}
    />
  );
}

function Training({ training }: { training: Profile["figures"]["training"] }) {
  if (training === null) return null;
  const { done, right, needed, right_needed: enough } = training;
  return (
    <Figure
      title="Training"
      words={`${counted(done, "task")} of the training answered; ${right} of the newest ${Math.min(done, needed)} right.`}
      reading={`Work begins once ${enough} of the newest ${needed} answers are right.`}
    />
  );
}

export function Figures({ figures }: Pick<Profile, "figures">) {
  return (
    <Section title="Figures" about="In brackets: the 95 % interval. Few answers make it wide.">
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        <Figure
          title="Agreement with the others"
          words={agreementWords(figures.agreement)}
          reading="Preferences differ honestly, so compare it with the other raters', not with 100 %."
        />
        <Figure
          title="Gold"
          words={goldWords(figures.checks)}
          reading="Gold tasks have one right answer. A low share says that the guidelines were not read, or are not clear."
        />
        <Figure
          title="Consistency"
          words={consistencyWords(figures.consistency)}
          reading="Nobody agrees with others more surely than with themselves: this is about the most that agreement can be."
        />
        <Training training={figures.training} />
      </SimpleGrid>
      <Pace figures={figures} />
    </Section>
  );
}
