/** The form for a new project: its name, and the question that it starts with. */
import { Alert, Button, Group, Radio, Stack, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState, type SubmitEvent } from "react";

import { useCreateProject } from "@/api/manage";

import { faultOf, faultsElsewhere, faultsOf } from "./parts/faults";
import { useFirstFault } from "./parts/useFirstFault";
import { TEMPLATES, templateOf } from "./settings/questions/templates";

export function NewProject({ onDone }: { onDone: () => void }) {
  const create = useCreateProject();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [slug, setSlug] = useState("");
  const [template, setTemplate] = useState(TEMPLATES[0]!.id);
  const faults = faultsOf(create.error);
  const form = useFirstFault(create.error);
  const elsewhere = faultsElsewhere(create.error, ["name", "slug"]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { question } = templateOf(template);
    const body = { name: name.trim(), question, ...(slug.trim() && { slug: slug.trim() }) };
    create.mutate(body, {
      onSuccess: (project) => {
        onDone();
        void navigate({ to: `/p/${project.slug}/manage` });
      },
    });
  };
  return (
    <form ref={form} onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="What raters see on top of the page."
          required
          data-autofocus
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={faultOf(faults, "name")}
        />
        <TextInput
          label="Address"
          description="Letters, digits and hyphens. Left empty, it is made from the name."
          maxLength={60}
          value={slug}
          onChange={(event) => setSlug(event.currentTarget.value)}
          error={faultOf(faults, "slug")}
        />
        <Radio.Group
          label="What raters do"
          description="Every setting of it can be changed afterwards, and other questions added."
          value={template}
          onChange={setTemplate}
        >
          <Stack gap="xs" mt="xs">
            {TEMPLATES.map((each) => (
              <Radio key={each.id} value={each.id} label={each.name} description={each.about} />
            ))}
          </Stack>
        </Radio.Group>
        {elsewhere && (
          <Alert color="orange" variant="light" role="alert">
            {elsewhere}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending} disabled={!name.trim()}>
            Make the project
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
