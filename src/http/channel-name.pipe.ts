import { Injectable, type PipeTransform } from '@nestjs/common';
import { canonicalChannelName, checkChannelName } from '../channels/channel-name.js';

/** The channel of a path, by the name under which it is known. */
@Injectable()
export class ChannelNamePipe implements PipeTransform<string, string> {
  /** @throws CommandError BAD_FRAME */
  transform(name: string): string {
    const channel = canonicalChannelName(name);
    checkChannelName(channel);
    return channel;
  }
}
