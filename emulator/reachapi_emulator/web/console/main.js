// @ts-check
/** The console: a client of the control API, no more. */
import * as account from "./account.js";
import * as clock from "./clock.js";
import * as dataset from "./dataset.js";
import * as faults from "./faults.js";
import { startHeader } from "./header.js";
import * as inbox from "./inbox.js";
import * as jobs from "./jobs.js";
import { follow } from "./live.js";
import { background } from "./notice.js";
import * as requests from "./requests.js";
import { startRouter } from "./router.js";
import { reload } from "./state.js";
import { startTheme } from "./theme.js";

startTheme();
startHeader();
startRouter({ account, requests, jobs, inbox, faults, clock, dataset });
await background(reload);
follow();
