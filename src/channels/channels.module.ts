import { Module } from '@nestjs/common';
import { MemoryBroker } from './broker-memory.js';
import { Broker } from './broker.js';
import { ChannelsService } from './channels.service.js';

@Module({
  providers: [ChannelsService, { provide: Broker, useClass: MemoryBroker }],
  exports: [ChannelsService],
})
export class ChannelsModule {}
