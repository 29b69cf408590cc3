/** Who somebody is here, how he signs in, what he agreed to, and how he leaves. */

import { t } from "@/texts";
import { Beside, Page } from "@/ui/Page";

import { Audit } from "./Audit";
import { Consents } from "./Consents";
import { Data } from "./Data";
import { Factor } from "./Factor";
import { Keys } from "./Keys";
import { Preferences } from "./Preferences";
import { Profile } from "./Profile";
import { Sessions } from "./Sessions";
import { OwnWallets } from "./OwnWallets";
import { Ways } from "./Ways";

export function AccountPage() {
  return (
    <Page title={t("nav.account")}>
      <Beside>
        <Profile />
        <Factor />
      </Beside>
      <Preferences />
      <Sessions />
      <OwnWallets />
      <Ways />
      <Keys />
      <Beside>
        <Consents />
        <Data />
      </Beside>
      <Audit />
    </Page>
  );
}
