/** What stands on the figures of the analysis: they are read once, and can be computed anew here. */
import { Alert, Button, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { useAnalysis } from "@/api/manageAnalysis";
import type { Analysis, Figures } from "@/api/manageTypes";

import { useSlug } from "../parts/GoTo";
import { Empty, Loaded } from "../parts/Page";
import { When } from "../parts/When";
import type { NameOf } from "./words";

interface AnalysedProps {
  children: (figures: Figures, nameOf: NameOf) => ReactNode;
}

function nameIn(names: Analysis["names"]): NameOf {
  const known = new Map(names.map(({ id, name }) => [id, name]));
  return (rater) => known.get(rater) ?? `Rater ${rater}`;
}

function Computed({ at }: { at: string | null }) {
  if (at === null) return null;
  return (
    <>
      Computed <When at={at} /> from all votes there were.
    </>
  );
}

interface StatusProps {
  at: string | null;
  computing: boolean;
  onCompute: () => void;
}

function Status({ at, computing, onCompute }: StatusProps) {
  return (
    <Group justify="space-between" gap="sm">
      <Text size="sm" c="dimmed" role="status">
        {computing ? (
          "Being computed. The new figures appear here by themselves."
        ) : (
          <Computed at={at} />
        )}
      </Text>
      <Button size="xs" variant="default" disabled={computing} onClick={onCompute}>
        Compute now
      </Button>
    </Group>
  );
}

function Failed({ analysis }: { analysis: Analysis }) {
  const { failed_at: at, failure, figures } = analysis;
  if (at === null) return null;
  return (
    <Alert color="red" title="The last computation failed">
      It ended <When at={at} /> with “{failure}”.{" "}
      {figures === null ? "No votes are lost." : "The figures below are older; no votes are lost."}{" "}
      It is tried again with the next votes, or by “Compute now”. If it fails again, the worker&apos;s
      log says more.
    </Alert>
  );
}

export function Analysed({ children }: AnalysedProps) {
  const { query, compute, computing } = useAnalysis(useSlug());
  return (
    <Loaded query={query}>
      {({ figures, names, ...analysis }) => (
        <>
          <Status at={analysis.computed_at} computing={computing} onCompute={compute} />
          {!computing && <Failed analysis={{ figures, names, ...analysis }} />}
          {figures === null ? (
            <Empty>
              Not computed yet. The figures come by themselves within minutes of the first votes;
              “Compute now” starts it at once.
            </Empty>
          ) : (
            children(figures, nameIn(names))
          )}
        </>
      )}
    </Loaded>
  );
}
