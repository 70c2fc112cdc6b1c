/** A question's settings as raters met them, version by version. */
import { Stack, Text } from "@mantine/core";

import { useVersions } from "@/api/manageQuestions";

import { Facts } from "../../parts/Facts";
import { Loaded } from "../../parts/Page";
import { When } from "../../parts/When";
import { settingsOf } from "./spec";

export function Versions({ slug, question }: { slug: string; question: number }) {
  const versions = useVersions(slug, question);
  return (
    <Loaded query={versions}>
      {(all) => (
        <Stack gap="md">
          {all.map(({ version, title, spec, created_at: at }) => (
            <Stack
              key={version}
              gap="xs"
              component="section"
              aria-label={`Version ${version} of ${title}`}
            >
              <Text size="sm" fw={600}>
                Version {version}: {title}, <When at={at} />
              </Text>
              <Facts facts={settingsOf(spec)} />
            </Stack>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}
