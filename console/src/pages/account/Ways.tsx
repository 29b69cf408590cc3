/** Google as a way in to this account: join it, or part from it. */

import { useMutation } from "@tanstack/react-query";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { useWays } from "@/session/password_login";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { joinGoogle, partFromGoogle, useGoogle } from "./reading";

function Google() {
  const joined = useGoogle();
  const join = useMutation<Awaited<ReturnType<typeof joinGoogle>>, ApiError>({
    mutationFn: joinGoogle,
    onSuccess: ({ data }) => window.location.assign(data.url),
  });
  const part = useMutation<unknown, ApiError>({
    mutationFn: partFromGoogle,
    onSuccess: () => void readAnew(["account", "google"]),
  });
  const refused = join.error ?? part.error;
  return (
    <Answer of={joined}>
      {({ joined: isJoined }) => (
        <div className="flex flex-col gap-3">
          <p className="flex flex-wrap items-center gap-2">
            {t("account.google")}
            <Badge tone={isJoined ? "good" : "plain"}>{t(isJoined ? "account.googleJoined" : "account.googleApart")}</Badge>
          </p>
          {refused !== null && <Refusal error={refused} />}
          {isJoined ? (
            <Button kind="danger" busy={part.isPending} onClick={() => part.mutate()}>
              {t("account.googlePart")}
            </Button>
          ) : (
            <Button busy={join.isPending || join.isSuccess} onClick={() => join.mutate()}>
              {t("account.googleJoin")}
            </Button>
          )}
        </div>
      )}
    </Answer>
  );
}

/** Nothing where the stage has no Google. */
export function Ways() {
  const ways = useWays();
  if (ways.data?.google !== true) return null;
  return (
    <Panel title={t("account.ways")}>
      <Google />
    </Panel>
  );
}
