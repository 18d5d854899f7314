/**
 * The behaviour suite of the transports, driven by the Node client.
 *
 * @module
 */
import { describeEndings } from '../../transports/behaviour/endings.js';
import { describeHeartbeats } from '../../transports/behaviour/heartbeats.js';
import { describeMessages } from '../../transports/behaviour/messages.js';
import { describeSessions } from '../../transports/behaviour/sessions.js';
import { NODE_VARIANTS } from './driver.js';

for (const variant of NODE_VARIANTS) {
  describe(variant.name, () => {
    describeSessions(variant);
    describeMessages(variant);
    describeHeartbeats(variant);
    describeEndings(variant);
  });
}
