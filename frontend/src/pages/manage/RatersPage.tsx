/** The raters beside each other: each one's figures, who agrees with whom, and who more than expected. */
import { List, Text } from "@mantine/core";

import { Analysed } from "./analysis/Analysed";
import { COLUMN_HELP } from "./analysis/howToRead";
import { RaterTable } from "./analysis/RaterTable";
import { Unusual } from "./analysis/Unusual";
import { WhoWithWhom } from "./analysis/WhoWithWhom";
import { Page } from "./parts/Page";

function HowToRead() {
  return (
    <List size="sm" spacing={4} c="dimmed">
      {COLUMN_HELP.map(([name, help]) => (
        <List.Item key={name}>
          <Text span inherit fw={600}>
            {name}
          </Text>
          : {help}
        </List.Item>
      ))}
    </List>
  );
}

export function RatersPage() {
  return (
    <Page
      title="Raters"
      about="How each rater judges, beside the others. A figure is a reason to look at answers, never a verdict on a person; AI judges are not among them."
    >
      <Analysed>
        {(figures, nameOf) => (
          <>
            <RaterTable profiles={figures.profiles} nameOf={nameOf} />
            {figures.profiles.length > 0 && <HowToRead />}
            <WhoWithWhom {...figures} nameOf={nameOf} />
            <Unusual pairs={figures.unusual} nameOf={nameOf} />
          </>
        )}
      </Analysed>
    </Page>
  );
}
