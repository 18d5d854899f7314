/**
 * One suite for all transports: they do not differ for an application.
 *
 * @module
 */
import { VARIANTS } from '../support/drivers/index.js';
import { describeDeliveries } from './behaviour/deliveries.js';
import { describeEndings } from './behaviour/endings.js';
import { describeHeartbeats } from './behaviour/heartbeats.js';
import { describeLimits } from './behaviour/limits.js';
import { describeMessages } from './behaviour/messages.js';
import { describeSessions } from './behaviour/sessions.js';

for (const variant of VARIANTS) {
  describe(variant.name, () => {
    describeSessions(variant);
    describeMessages(variant);
    describeHeartbeats(variant);
    describeDeliveries(variant);
    describeEndings(variant);
    describeLimits(variant);
  });
}
