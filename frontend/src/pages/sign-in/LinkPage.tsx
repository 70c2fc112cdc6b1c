/** Signs in by a one-time link: sends its token once, then goes to the projects. */
import { Button, Text } from "@mantine/core";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { ApiError } from "@/api/client";
import { useSignInLink } from "@/api/session";
import { Notice, PendingPage } from "@/components/States";

const route = getRouteApi("/sign-in/$token");

export function LinkPage() {
  const { token } = route.useParams();
  const signIn = useSignInLink();
  const sent = useRef(false);
  const { mutate } = signIn;
  useEffect(() => {
    // The token works once, so it must be sent once, however often React runs this.
    if (sent.current) return;
    sent.current = true;
    mutate(token);
  }, [mutate, token]);

  if (signIn.isSuccess) return <Navigate to="/" replace />;
  if (!signIn.error) return <PendingPage />;
  const canRetry = signIn.error instanceof ApiError && signIn.error.passing;
  return (
    <Notice
      title="This link didn't sign you in"
      action={
        <>
          {canRetry && <Button onClick={() => mutate(token)}>Try again</Button>}
          <Button component={Link} to="/sign-in" variant="default">
            Sign in with a password
          </Button>
        </>
      }
    >
      <Text role="alert">{signIn.error.message}</Text>
      {!canRetry && (
        <Text>
          A sign-in link works once and for a limited time. Ask your project&apos;s manager for a
          new one.
        </Text>
      )}
    </Notice>
  );
}
