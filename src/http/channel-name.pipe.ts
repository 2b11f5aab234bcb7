import { Injectable, type PipeTransform } from '@nestjs/common';
import { canonicalChannelName } from '../channels/channel-name.js';

/** The channel of a path, by the name under which it is known. */
@Injectable()
export class ChannelNamePipe implements PipeTransform<string, string> {
  transform(name: string): string {
    return canonicalChannelName(name);
  }
}
