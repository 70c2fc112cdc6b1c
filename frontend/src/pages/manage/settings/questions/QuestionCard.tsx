/** One question of the project: what it is, the form that changes it, and its versions. */
import { Button, Card, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import { useChangeQuestion } from "@/api/manageQuestions";
import type { ProjectQuestion } from "@/api/manageTypes";

import { Disclosure } from "../../parts/Disclosure";
import { Facts } from "../../parts/Facts";
import { Names } from "../../parts/Names";
import { QuestionFields } from "./QuestionFields";
import { draftedOf, KINDS, leaseWords } from "./spec";
import { Versions } from "./Versions";

function About({ question }: { question: ProjectQuestion }) {
  const { id, kind, version, needs_skills, for_groups, lease_seconds } = question;
  return (
    <Facts
      facts={[
        ["Number", id],
        ["Kind", KINDS[kind]],
        ["Version", version],
        ["Skills needed", <Names key="skills" names={needs_skills} />],
        ["For the groups", for_groups.length > 0 ? <Names names={for_groups} /> : "everybody"],
        ["Lease", leaseWords(lease_seconds)],
      ]}
    />
  );
}

export function QuestionCard({ slug, question }: { slug: string; question: ProjectQuestion }) {
  const change = useChangeQuestion(slug, question);
  const [open, { open: edit, close }] = useDisclosure(false);
  return (
    <Card withBorder padding="md" component="article" aria-label={`Question ${question.title}`}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Text fw={600}>{question.title}</Text>
          {!open && (
            <Button size="xs" variant="default" onClick={edit}>
              Edit
            </Button>
          )}
        </Group>
        {open ? (
          <QuestionFields
            start={{ ...question, ...draftedOf(question) }}
            save="Save the question"
            saving={change.isPending}
            error={change.error}
            onSave={(written) => change.mutate(written, { onSuccess: close })}
            onCancel={close}
          />
        ) : (
          <About question={question} />
        )}
        <Disclosure show="Show the versions" hide="Hide the versions">
          <Versions slug={slug} question={question.id} />
        </Disclosure>
      </Stack>
    </Card>
  );
}
