/** A link that is shown once: with a button to copy it, and what it does in the wrong hands. */
import { Alert, Stack, Text } from "@mantine/core";

import { CopyField } from "../parts/CopyField";
import { When } from "../parts/When";

export interface Link {
  name: string;
  url: string;
  expires: string | null;
}

export function LinkOnce({ link }: { link: Link }) {
  return (
    <Stack>
      <Text size="sm">
        Send this link to {link.name}. It signs them in once, without a password
        {link.expires ? (
          <>
            , until <When at={link.expires} />
          </>
        ) : null}
        .
      </Text>
      <CopyField label="Sign-in link" value={link.url} />
      <Alert variant="light" color="yellow">
        It is shown only now. Whoever has it can sign in as {link.name}.
      </Alert>
    </Stack>
  );
}
