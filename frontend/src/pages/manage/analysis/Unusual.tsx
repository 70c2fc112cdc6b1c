/** Pairs of raters who agree more than their skill explains: evidence, and no verdict. */
import { List, Text } from "@mantine/core";

import type { UnusualPair } from "@/api/manageTypes";

import { Empty, Section } from "../parts/Page";
import { RaterName } from "./RaterName";
import { pairWords, type NameOf } from "./words";

interface UnusualProps {
  pairs: readonly UnusualPair[];
  nameOf: NameOf;
}

export function Unusual({ pairs, nameOf }: UnusualProps) {
  const name = (id: number) => <RaterName id={id} name={nameOf(id)} amidWords />;
  return (
    <Section
      title="Pairs who agree more than their skill explains"
      about="This is evidence and no verdict. The two may have talked or copied, be one person with two accounts, or share a view that the others don't. Look at their answers before you talk to them."
    >
      {pairs.length === 0 ? (
        <Empty>
          Nothing unusual: no two raters with 20 pairs of responses or steps in common agree more
          than their skill and chance explain.
        </Empty>
      ) : (
        <List spacing="xs">
          {pairs.map((pair) => (
            <List.Item key={`${pair.first} ${pair.second}`}>
              <Text>
                {name(pair.first)} and {name(pair.second)} {pairWords(pair)}
              </Text>
            </List.Item>
          ))}
        </List>
      )}
    </Section>
  );
}
