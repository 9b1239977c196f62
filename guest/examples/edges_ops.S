# Written by tools/gen_edges.py: do not edit.
    .text
    .type edges_ops, @function
edges_ops:
    .option push
    .option norelax
.Lf0:
    add a2, a0, a1
    mv a0, a2
    ret
.Lf1:
    add a0, a0, a1
    ret
.Lf2:
    add a1, a0, a1
    mv a0, a1
    ret
.Lf3:
    add a2, a0, a0
    mv a0, a2
    ret
.Lf4:
    add a0, a0, a0
    ret
.Lf5:
    add x0, a0, a1
    mv a0, x0
    ret
.Lf6:
    add a2, x0, a1
    mv a0, a2
    ret
.Lf7:
    add a2, a0, x0
    mv a0, a2
    ret
.Lf8:
    sub a2, a0, a1
    mv a0, a2
    ret
.Lf9:
    sub a0, a0, a1
    ret
.Lf10:
    sub a1, a0, a1
    mv a0, a1
    ret
.Lf11:
    sub a2, a0, a0
    mv a0, a2
    ret
.Lf12:
    sub a0, a0, a0
    ret
.Lf13:
    sub x0, a0, a1
    mv a0, x0
    ret
.Lf14:
    sub a2, x0, a1
    mv a0, a2
    ret
.Lf15:
    sub a2, a0, x0
    mv a0, a2
    ret
.Lf16:
    sll a2, a0, a1
    mv a0, a2
    ret
.Lf17:
    sll a0, a0, a1
    ret
.Lf18:
    sll a1, a0, a1
    mv a0, a1
    ret
.Lf19:
    sll a2, a0, a0
    mv a0, a2
    ret
.Lf20:
    sll a0, a0, a0
    ret
.Lf21:
    sll x0, a0, a1
    mv a0, x0
    ret
.Lf22:
    sll a2, x0, a1
    mv a0, a2
    ret
.Lf23:
    sll a2, a0, x0
    mv a0, a2
    ret
.Lf24:
    slt a2, a0, a1
    mv a0, a2
    ret
.Lf25:
    slt a0, a0, a1
    ret
.Lf26:
    slt a1, a0, a1
    mv a0, a1
    ret
.Lf27:
    slt a2, a0, a0
    mv a0, a2
    ret
.Lf28:
    slt a0, a0, a0
    ret
.Lf29:
    slt x0, a0, a1
    mv a0, x0
    ret
.Lf30:
    slt a2, x0, a1
    mv a0, a2
    ret
.Lf31:
    slt a2, a0, x0
    mv a0, a2
    ret
.Lf32:
    sltu a2, a0, a1
    mv a0, a2
    ret
.Lf33:
    sltu a0, a0, a1
    ret
.Lf34:
    sltu a1, a0, a1
    mv a0, a1
    ret
.Lf35:
    sltu a2, a0, a0
    mv a0, a2
    ret
.Lf36:
    sltu a0, a0, a0
    ret
.Lf37:
    sltu x0, a0, a1
    mv a0, x0
    ret
.Lf38:
    sltu a2, x0, a1
    mv a0, a2
    ret
.Lf39:
    sltu a2, a0, x0
    mv a0, a2
    ret
.Lf40:
    xor a2, a0, a1
    mv a0, a2
    ret
.Lf41:
    xor a0, a0, a1
    ret
.Lf42:
    xor a1, a0, a1
    mv a0, a1
    ret
.Lf43:
    xor a2, a0, a0
    mv a0, a2
    ret
.Lf44:
    xor a0, a0, a0
    ret
.Lf45:
    xor x0, a0, a1
    mv a0, x0
    ret
.Lf46:
    xor a2, x0, a1
    mv a0, a2
    ret
.Lf47:
    xor a2, a0, x0
    mv a0, a2
    ret
.Lf48:
    srl a2, a0, a1
    mv a0, a2
    ret
.Lf49:
    srl a0, a0, a1
    ret
.Lf50:
    srl a1, a0, a1
    mv a0, a1
    ret
.Lf51:
    srl a2, a0, a0
    mv a0, a2
    ret
.Lf52:
    srl a0, a0, a0
    ret
.Lf53:
    srl x0, a0, a1
    mv a0, x0
    ret
.Lf54:
    srl a2, x0, a1
    mv a0, a2
    ret
.Lf55:
    srl a2, a0, x0
    mv a0, a2
    ret
.Lf56:
    sra a2, a0, a1
    mv a0, a2
    ret
.Lf57:
    sra a0, a0, a1
    ret
.Lf58:
    sra a1, a0, a1
    mv a0, a1
    ret
.Lf59:
    sra a2, a0, a0
    mv a0, a2
    ret
.Lf60:
    sra a0, a0, a0
    ret
.Lf61:
    sra x0, a0, a1
    mv a0, x0
    ret
.Lf62:
    sra a2, x0, a1
    mv a0, a2
    ret
.Lf63:
    sra a2, a0, x0
    mv a0, a2
    ret
.Lf64:
    or a2, a0, a1
    mv a0, a2
    ret
.Lf65:
    or a0, a0, a1
    ret
.Lf66:
    or a1, a0, a1
    mv a0, a1
    ret
.Lf67:
    or a2, a0, a0
    mv a0, a2
    ret
.Lf68:
    or a0, a0, a0
    ret
.Lf69:
    or x0, a0, a1
    mv a0, x0
    ret
.Lf70:
    or a2, x0, a1
    mv a0, a2
    ret
.Lf71:
    or a2, a0, x0
    mv a0, a2
    ret
.Lf72:
    and a2, a0, a1
    mv a0, a2
    ret
.Lf73:
    and a0, a0, a1
    ret
.Lf74:
    and a1, a0, a1
    mv a0, a1
    ret
.Lf75:
    and a2, a0, a0
    mv a0, a2
    ret
.Lf76:
    and a0, a0, a0
    ret
.Lf77:
    and x0, a0, a1
    mv a0, x0
    ret
.Lf78:
    and a2, x0, a1
    mv a0, a2
    ret
.Lf79:
    and a2, a0, x0
    mv a0, a2
    ret
.Lf80:
    mul a2, a0, a1
    mv a0, a2
    ret
.Lf81:
    mul a0, a0, a1
    ret
.Lf82:
    mul a1, a0, a1
    mv a0, a1
    ret
.Lf83:
    mul a2, a0, a0
    mv a0, a2
    ret
.Lf84:
    mul a0, a0, a0
    ret
.Lf85:
    mul x0, a0, a1
    mv a0, x0
    ret
.Lf86:
    mul a2, x0, a1
    mv a0, a2
    ret
.Lf87:
    mul a2, a0, x0
    mv a0, a2
    ret
.Lf88:
    mulh a2, a0, a1
    mv a0, a2
    ret
.Lf89:
    mulh a0, a0, a1
    ret
.Lf90:
    mulh a1, a0, a1
    mv a0, a1
    ret
.Lf91:
    mulh a2, a0, a0
    mv a0, a2
    ret
.Lf92:
    mulh a0, a0, a0
    ret
.Lf93:
    mulh x0, a0, a1
    mv a0, x0
    ret
.Lf94:
    mulh a2, x0, a1
    mv a0, a2
    ret
.Lf95:
    mulh a2, a0, x0
    mv a0, a2
    ret
.Lf96:
    mulhsu a2, a0, a1
    mv a0, a2
    ret
.Lf97:
    mulhsu a0, a0, a1
    ret
.Lf98:
    mulhsu a1, a0, a1
    mv a0, a1
    ret
.Lf99:
    mulhsu a2, a0, a0
    mv a0, a2
    ret
.Lf100:
    mulhsu a0, a0, a0
    ret
.Lf101:
    mulhsu x0, a0, a1
    mv a0, x0
    ret
.Lf102:
    mulhsu a2, x0, a1
    mv a0, a2
    ret
.Lf103:
    mulhsu a2, a0, x0
    mv a0, a2
    ret
.Lf104:
    mulhu a2, a0, a1
    mv a0, a2
    ret
.Lf105:
    mulhu a0, a0, a1
    ret
.Lf106:
    mulhu a1, a0, a1
    mv a0, a1
    ret
.Lf107:
    mulhu a2, a0, a0
    mv a0, a2
    ret
.Lf108:
    mulhu a0, a0, a0
    ret
.Lf109:
    mulhu x0, a0, a1
    mv a0, x0
    ret
.Lf110:
    mulhu a2, x0, a1
    mv a0, a2
    ret
.Lf111:
    mulhu a2, a0, x0
    mv a0, a2
    ret
.Lf112:
    div a2, a0, a1
    mv a0, a2
    ret
.Lf113:
    div a0, a0, a1
    ret
.Lf114:
    div a1, a0, a1
    mv a0, a1
    ret
.Lf115:
    div a2, a0, a0
    mv a0, a2
    ret
.Lf116:
    div a0, a0, a0
    ret
.Lf117:
    div x0, a0, a1
    mv a0, x0
    ret
.Lf118:
    div a2, x0, a1
    mv a0, a2
    ret
.Lf119:
    div a2, a0, x0
    mv a0, a2
    ret
.Lf120:
    divu a2, a0, a1
    mv a0, a2
    ret
.Lf121:
    divu a0, a0, a1
    ret
.Lf122:
    divu a1, a0, a1
    mv a0, a1
    ret
.Lf123:
    divu a2, a0, a0
    mv a0, a2
    ret
.Lf124:
    divu a0, a0, a0
    ret
.Lf125:
    divu x0, a0, a1
    mv a0, x0
    ret
.Lf126:
    divu a2, x0, a1
    mv a0, a2
    ret
.Lf127:
    divu a2, a0, x0
    mv a0, a2
    ret
.Lf128:
    rem a2, a0, a1
    mv a0, a2
    ret
.Lf129:
    rem a0, a0, a1
    ret
.Lf130:
    rem a1, a0, a1
    mv a0, a1
    ret
.Lf131:
    rem a2, a0, a0
    mv a0, a2
    ret
.Lf132:
    rem a0, a0, a0
    ret
.Lf133:
    rem x0, a0, a1
    mv a0, x0
    ret
.Lf134:
    rem a2, x0, a1
    mv a0, a2
    ret
.Lf135:
    rem a2, a0, x0
    mv a0, a2
    ret
.Lf136:
    remu a2, a0, a1
    mv a0, a2
    ret
.Lf137:
    remu a0, a0, a1
    ret
.Lf138:
    remu a1, a0, a1
    mv a0, a1
    ret
.Lf139:
    remu a2, a0, a0
    mv a0, a2
    ret
.Lf140:
    remu a0, a0, a0
    ret
.Lf141:
    remu x0, a0, a1
    mv a0, x0
    ret
.Lf142:
    remu a2, x0, a1
    mv a0, a2
    ret
.Lf143:
    remu a2, a0, x0
    mv a0, a2
    ret
.Lf144:
    addi a2, a0, 0
    mv a0, a2
    ret
.Lf145:
    addi a0, a0, 0
    ret
.Lf146:
    addi x0, a0, 0
    mv a0, x0
    ret
.Lf147:
    addi a2, x0, 0
    mv a0, a2
    ret
.Lf148:
    addi a2, a0, 1
    mv a0, a2
    ret
.Lf149:
    addi a0, a0, 1
    ret
.Lf150:
    addi x0, a0, 1
    mv a0, x0
    ret
.Lf151:
    addi a2, x0, 1
    mv a0, a2
    ret
.Lf152:
    addi a2, a0, -1
    mv a0, a2
    ret
.Lf153:
    addi a0, a0, -1
    ret
.Lf154:
    addi x0, a0, -1
    mv a0, x0
    ret
.Lf155:
    addi a2, x0, -1
    mv a0, a2
    ret
.Lf156:
    addi a2, a0, 2047
    mv a0, a2
    ret
.Lf157:
    addi a0, a0, 2047
    ret
.Lf158:
    addi x0, a0, 2047
    mv a0, x0
    ret
.Lf159:
    addi a2, x0, 2047
    mv a0, a2
    ret
.Lf160:
    addi a2, a0, -2048
    mv a0, a2
    ret
.Lf161:
    addi a0, a0, -2048
    ret
.Lf162:
    addi x0, a0, -2048
    mv a0, x0
    ret
.Lf163:
    addi a2, x0, -2048
    mv a0, a2
    ret
.Lf164:
    addi a2, a0, 677
    mv a0, a2
    ret
.Lf165:
    addi a0, a0, 677
    ret
.Lf166:
    addi x0, a0, 677
    mv a0, x0
    ret
.Lf167:
    addi a2, x0, 677
    mv a0, a2
    ret
.Lf168:
    slti a2, a0, 0
    mv a0, a2
    ret
.Lf169:
    slti a0, a0, 0
    ret
.Lf170:
    slti x0, a0, 0
    mv a0, x0
    ret
.Lf171:
    slti a2, x0, 0
    mv a0, a2
    ret
.Lf172:
    slti a2, a0, 1
    mv a0, a2
    ret
.Lf173:
    slti a0, a0, 1
    ret
.Lf174:
    slti x0, a0, 1
    mv a0, x0
    ret
.Lf175:
    slti a2, x0, 1
    mv a0, a2
    ret
.Lf176:
    slti a2, a0, -1
    mv a0, a2
    ret
.Lf177:
    slti a0, a0, -1
    ret
.Lf178:
    slti x0, a0, -1
    mv a0, x0
    ret
.Lf179:
    slti a2, x0, -1
    mv a0, a2
    ret
.Lf180:
    slti a2, a0, 2047
    mv a0, a2
    ret
.Lf181:
    slti a0, a0, 2047
    ret
.Lf182:
    slti x0, a0, 2047
    mv a0, x0
    ret
.Lf183:
    slti a2, x0, 2047
    mv a0, a2
    ret
.Lf184:
    slti a2, a0, -2048
    mv a0, a2
    ret
.Lf185:
    slti a0, a0, -2048
    ret
.Lf186:
    slti x0, a0, -2048
    mv a0, x0
    ret
.Lf187:
    slti a2, x0, -2048
    mv a0, a2
    ret
.Lf188:
    slti a2, a0, 677
    mv a0, a2
    ret
.Lf189:
    slti a0, a0, 677
    ret
.Lf190:
    slti x0, a0, 677
    mv a0, x0
    ret
.Lf191:
    slti a2, x0, 677
    mv a0, a2
    ret
.Lf192:
    sltiu a2, a0, 0
    mv a0, a2
    ret
.Lf193:
    sltiu a0, a0, 0
    ret
.Lf194:
    sltiu x0, a0, 0
    mv a0, x0
    ret
.Lf195:
    sltiu a2, x0, 0
    mv a0, a2
    ret
.Lf196:
    sltiu a2, a0, 1
    mv a0, a2
    ret
.Lf197:
    sltiu a0, a0, 1
    ret
.Lf198:
    sltiu x0, a0, 1
    mv a0, x0
    ret
.Lf199:
    sltiu a2, x0, 1
    mv a0, a2
    ret
.Lf200:
    sltiu a2, a0, -1
    mv a0, a2
    ret
.Lf201:
    sltiu a0, a0, -1
    ret
.Lf202:
    sltiu x0, a0, -1
    mv a0, x0
    ret
.Lf203:
    sltiu a2, x0, -1
    mv a0, a2
    ret
.Lf204:
    sltiu a2, a0, 2047
    mv a0, a2
    ret
.Lf205:
    sltiu a0, a0, 2047
    ret
.Lf206:
    sltiu x0, a0, 2047
    mv a0, x0
    ret
.Lf207:
    sltiu a2, x0, 2047
    mv a0, a2
    ret
.Lf208:
    sltiu a2, a0, -2048
    mv a0, a2
    ret
.Lf209:
    sltiu a0, a0, -2048
    ret
.Lf210:
    sltiu x0, a0, -2048
    mv a0, x0
    ret
.Lf211:
    sltiu a2, x0, -2048
    mv a0, a2
    ret
.Lf212:
    sltiu a2, a0, 677
    mv a0, a2
    ret
.Lf213:
    sltiu a0, a0, 677
    ret
.Lf214:
    sltiu x0, a0, 677
    mv a0, x0
    ret
.Lf215:
    sltiu a2, x0, 677
    mv a0, a2
    ret
.Lf216:
    xori a2, a0, 0
    mv a0, a2
    ret
.Lf217:
    xori a0, a0, 0
    ret
.Lf218:
    xori x0, a0, 0
    mv a0, x0
    ret
.Lf219:
    xori a2, x0, 0
    mv a0, a2
    ret
.Lf220:
    xori a2, a0, 1
    mv a0, a2
    ret
.Lf221:
    xori a0, a0, 1
    ret
.Lf222:
    xori x0, a0, 1
    mv a0, x0
    ret
.Lf223:
    xori a2, x0, 1
    mv a0, a2
    ret
.Lf224:
    xori a2, a0, -1
    mv a0, a2
    ret
.Lf225:
    xori a0, a0, -1
    ret
.Lf226:
    xori x0, a0, -1
    mv a0, x0
    ret
.Lf227:
    xori a2, x0, -1
    mv a0, a2
    ret
.Lf228:
    xori a2, a0, 2047
    mv a0, a2
    ret
.Lf229:
    xori a0, a0, 2047
    ret
.Lf230:
    xori x0, a0, 2047
    mv a0, x0
    ret
.Lf231:
    xori a2, x0, 2047
    mv a0, a2
    ret
.Lf232:
    xori a2, a0, -2048
    mv a0, a2
    ret
.Lf233:
    xori a0, a0, -2048
    ret
.Lf234:
    xori x0, a0, -2048
    mv a0, x0
    ret
.Lf235:
    xori a2, x0, -2048
    mv a0, a2
    ret
.Lf236:
    xori a2, a0, 677
    mv a0, a2
    ret
.Lf237:
    xori a0, a0, 677
    ret
.Lf238:
    xori x0, a0, 677
    mv a0, x0
    ret
.Lf239:
    xori a2, x0, 677
    mv a0, a2
    ret
.Lf240:
    ori a2, a0, 0
    mv a0, a2
    ret
.Lf241:
    ori a0, a0, 0
    ret
.Lf242:
    ori x0, a0, 0
    mv a0, x0
    ret
.Lf243:
    ori a2, x0, 0
    mv a0, a2
    ret
.Lf244:
    ori a2, a0, 1
    mv a0, a2
    ret
.Lf245:
    ori a0, a0, 1
    ret
.Lf246:
    ori x0, a0, 1
    mv a0, x0
    ret
.Lf247:
    ori a2, x0, 1
    mv a0, a2
    ret
.Lf248:
    ori a2, a0, -1
    mv a0, a2
    ret
.Lf249:
    ori a0, a0, -1
    ret
.Lf250:
    ori x0, a0, -1
    mv a0, x0
    ret
.Lf251:
    ori a2, x0, -1
    mv a0, a2
    ret
.Lf252:
    ori a2, a0, 2047
    mv a0, a2
    ret
.Lf253:
    ori a0, a0, 2047
    ret
.Lf254:
    ori x0, a0, 2047
    mv a0, x0
    ret
.Lf255:
    ori a2, x0, 2047
    mv a0, a2
    ret
.Lf256:
    ori a2, a0, -2048
    mv a0, a2
    ret
.Lf257:
    ori a0, a0, -2048
    ret
.Lf258:
    ori x0, a0, -2048
    mv a0, x0
    ret
.Lf259:
    ori a2, x0, -2048
    mv a0, a2
    ret
.Lf260:
    ori a2, a0, 677
    mv a0, a2
    ret
.Lf261:
    ori a0, a0, 677
    ret
.Lf262:
    ori x0, a0, 677
    mv a0, x0
    ret
.Lf263:
    ori a2, x0, 677
    mv a0, a2
    ret
.Lf264:
    andi a2, a0, 0
    mv a0, a2
    ret
.Lf265:
    andi a0, a0, 0
    ret
.Lf266:
    andi x0, a0, 0
    mv a0, x0
    ret
.Lf267:
    andi a2, x0, 0
    mv a0, a2
    ret
.Lf268:
    andi a2, a0, 1
    mv a0, a2
    ret
.Lf269:
    andi a0, a0, 1
    ret
.Lf270:
    andi x0, a0, 1
    mv a0, x0
    ret
.Lf271:
    andi a2, x0, 1
    mv a0, a2
    ret
.Lf272:
    andi a2, a0, -1
    mv a0, a2
    ret
.Lf273:
    andi a0, a0, -1
    ret
.Lf274:
    andi x0, a0, -1
    mv a0, x0
    ret
.Lf275:
    andi a2, x0, -1
    mv a0, a2
    ret
.Lf276:
    andi a2, a0, 2047
    mv a0, a2
    ret
.Lf277:
    andi a0, a0, 2047
    ret
.Lf278:
    andi x0, a0, 2047
    mv a0, x0
    ret
.Lf279:
    andi a2, x0, 2047
    mv a0, a2
    ret
.Lf280:
    andi a2, a0, -2048
    mv a0, a2
    ret
.Lf281:
    andi a0, a0, -2048
    ret
.Lf282:
    andi x0, a0, -2048
    mv a0, x0
    ret
.Lf283:
    andi a2, x0, -2048
    mv a0, a2
    ret
.Lf284:
    andi a2, a0, 677
    mv a0, a2
    ret
.Lf285:
    andi a0, a0, 677
    ret
.Lf286:
    andi x0, a0, 677
    mv a0, x0
    ret
.Lf287:
    andi a2, x0, 677
    mv a0, a2
    ret
.Lf288:
    slli a2, a0, 0
    mv a0, a2
    ret
.Lf289:
    slli a0, a0, 0
    ret
.Lf290:
    slli x0, a0, 0
    mv a0, x0
    ret
.Lf291:
    slli a2, x0, 0
    mv a0, a2
    ret
.Lf292:
    slli a2, a0, 1
    mv a0, a2
    ret
.Lf293:
    slli a0, a0, 1
    ret
.Lf294:
    slli x0, a0, 1
    mv a0, x0
    ret
.Lf295:
    slli a2, x0, 1
    mv a0, a2
    ret
.Lf296:
    slli a2, a0, 17
    mv a0, a2
    ret
.Lf297:
    slli a0, a0, 17
    ret
.Lf298:
    slli x0, a0, 17
    mv a0, x0
    ret
.Lf299:
    slli a2, x0, 17
    mv a0, a2
    ret
.Lf300:
    slli a2, a0, 31
    mv a0, a2
    ret
.Lf301:
    slli a0, a0, 31
    ret
.Lf302:
    slli x0, a0, 31
    mv a0, x0
    ret
.Lf303:
    slli a2, x0, 31
    mv a0, a2
    ret
.Lf304:
    srli a2, a0, 0
    mv a0, a2
    ret
.Lf305:
    srli a0, a0, 0
    ret
.Lf306:
    srli x0, a0, 0
    mv a0, x0
    ret
.Lf307:
    srli a2, x0, 0
    mv a0, a2
    ret
.Lf308:
    srli a2, a0, 1
    mv a0, a2
    ret
.Lf309:
    srli a0, a0, 1
    ret
.Lf310:
    srli x0, a0, 1
    mv a0, x0
    ret
.Lf311:
    srli a2, x0, 1
    mv a0, a2
    ret
.Lf312:
    srli a2, a0, 17
    mv a0, a2
    ret
.Lf313:
    srli a0, a0, 17
    ret
.Lf314:
    srli x0, a0, 17
    mv a0, x0
    ret
.Lf315:
    srli a2, x0, 17
    mv a0, a2
    ret
.Lf316:
    srli a2, a0, 31
    mv a0, a2
    ret
.Lf317:
    srli a0, a0, 31
    ret
.Lf318:
    srli x0, a0, 31
    mv a0, x0
    ret
.Lf319:
    srli a2, x0, 31
    mv a0, a2
    ret
.Lf320:
    srai a2, a0, 0
    mv a0, a2
    ret
.Lf321:
    srai a0, a0, 0
    ret
.Lf322:
    srai x0, a0, 0
    mv a0, x0
    ret
.Lf323:
    srai a2, x0, 0
    mv a0, a2
    ret
.Lf324:
    srai a2, a0, 1
    mv a0, a2
    ret
.Lf325:
    srai a0, a0, 1
    ret
.Lf326:
    srai x0, a0, 1
    mv a0, x0
    ret
.Lf327:
    srai a2, x0, 1
    mv a0, a2
    ret
.Lf328:
    srai a2, a0, 17
    mv a0, a2
    ret
.Lf329:
    srai a0, a0, 17
    ret
.Lf330:
    srai x0, a0, 17
    mv a0, x0
    ret
.Lf331:
    srai a2, x0, 17
    mv a0, a2
    ret
.Lf332:
    srai a2, a0, 31
    mv a0, a2
    ret
.Lf333:
    srai a0, a0, 31
    ret
.Lf334:
    srai x0, a0, 31
    mv a0, x0
    ret
.Lf335:
    srai a2, x0, 31
    mv a0, a2
    ret
.Lf336:
    beq a0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf337:
    beq a0, a0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf338:
    beq x0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf339:
    beq a0, x0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf340:
    j 2f
1:
    li a0, 1
    ret
2:
    beq a0, a1, 1b
    li a0, 0
    ret
.Lf341:
    j 2f
1:
    li a0, 1
    ret
2:
    beq a0, a0, 1b
    li a0, 0
    ret
.Lf342:
    j 2f
1:
    li a0, 1
    ret
2:
    beq x0, a1, 1b
    li a0, 0
    ret
.Lf343:
    j 2f
1:
    li a0, 1
    ret
2:
    beq a0, x0, 1b
    li a0, 0
    ret
.Lf344:
    bne a0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf345:
    bne a0, a0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf346:
    bne x0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf347:
    bne a0, x0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf348:
    j 2f
1:
    li a0, 1
    ret
2:
    bne a0, a1, 1b
    li a0, 0
    ret
.Lf349:
    j 2f
1:
    li a0, 1
    ret
2:
    bne a0, a0, 1b
    li a0, 0
    ret
.Lf350:
    j 2f
1:
    li a0, 1
    ret
2:
    bne x0, a1, 1b
    li a0, 0
    ret
.Lf351:
    j 2f
1:
    li a0, 1
    ret
2:
    bne a0, x0, 1b
    li a0, 0
    ret
.Lf352:
    blt a0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf353:
    blt a0, a0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf354:
    blt x0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf355:
    blt a0, x0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf356:
    j 2f
1:
    li a0, 1
    ret
2:
    blt a0, a1, 1b
    li a0, 0
    ret
.Lf357:
    j 2f
1:
    li a0, 1
    ret
2:
    blt a0, a0, 1b
    li a0, 0
    ret
.Lf358:
    j 2f
1:
    li a0, 1
    ret
2:
    blt x0, a1, 1b
    li a0, 0
    ret
.Lf359:
    j 2f
1:
    li a0, 1
    ret
2:
    blt a0, x0, 1b
    li a0, 0
    ret
.Lf360:
    bge a0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf361:
    bge a0, a0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf362:
    bge x0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf363:
    bge a0, x0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf364:
    j 2f
1:
    li a0, 1
    ret
2:
    bge a0, a1, 1b
    li a0, 0
    ret
.Lf365:
    j 2f
1:
    li a0, 1
    ret
2:
    bge a0, a0, 1b
    li a0, 0
    ret
.Lf366:
    j 2f
1:
    li a0, 1
    ret
2:
    bge x0, a1, 1b
    li a0, 0
    ret
.Lf367:
    j 2f
1:
    li a0, 1
    ret
2:
    bge a0, x0, 1b
    li a0, 0
    ret
.Lf368:
    bltu a0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf369:
    bltu a0, a0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf370:
    bltu x0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf371:
    bltu a0, x0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf372:
    j 2f
1:
    li a0, 1
    ret
2:
    bltu a0, a1, 1b
    li a0, 0
    ret
.Lf373:
    j 2f
1:
    li a0, 1
    ret
2:
    bltu a0, a0, 1b
    li a0, 0
    ret
.Lf374:
    j 2f
1:
    li a0, 1
    ret
2:
    bltu x0, a1, 1b
    li a0, 0
    ret
.Lf375:
    j 2f
1:
    li a0, 1
    ret
2:
    bltu a0, x0, 1b
    li a0, 0
    ret
.Lf376:
    bgeu a0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf377:
    bgeu a0, a0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf378:
    bgeu x0, a1, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf379:
    bgeu a0, x0, 1f
    li a0, 0
    ret
1:
    li a0, 1
    ret
.Lf380:
    j 2f
1:
    li a0, 1
    ret
2:
    bgeu a0, a1, 1b
    li a0, 0
    ret
.Lf381:
    j 2f
1:
    li a0, 1
    ret
2:
    bgeu a0, a0, 1b
    li a0, 0
    ret
.Lf382:
    j 2f
1:
    li a0, 1
    ret
2:
    bgeu x0, a1, 1b
    li a0, 0
    ret
.Lf383:
    j 2f
1:
    li a0, 1
    ret
2:
    bgeu a0, x0, 1b
    li a0, 0
    ret
.Lf384:
    lui a0, 0x0
    ret
.Lf385:
.Lpc0:
    auipc a0, 0x0
    ret
.Lf386:
    lui a0, 0x1
    ret
.Lf387:
.Lpc1:
    auipc a0, 0x1
    ret
.Lf388:
    lui a0, 0x7ffff
    ret
.Lf389:
.Lpc524287:
    auipc a0, 0x7ffff
    ret
.Lf390:
    lui a0, 0x80000
    ret
.Lf391:
.Lpc524288:
    auipc a0, 0x80000
    ret
.Lf392:
    lui a0, 0xfffff
    ret
.Lf393:
.Lpc1048575:
    auipc a0, 0xfffff
    ret
.Lf394:
    lui a0, 0x12345
    ret
.Lf395:
.Lpc74565:
    auipc a0, 0x12345
    ret
.Lf396:
    lui x0, 0x12345
    mv a0, x0
    ret
.Lf397:
    auipc x0, 0x12345
    mv a0, x0
    ret
.Lf398:
    jal a0, 1f
.Llink14:
    li a0, 0
1:
    ret
.Lf399:
    j 2f
1:
    ret
2:
    jal a0, 1b
.Llink15:
    li a0, 0
    ret
.Lf400:
    mv a2, ra
    jal ra, 1f
.Llink16:
    li a0, 0
    ret
1:
    mv a0, ra
    mv ra, a2
    ret
.Lf401:
    jal x0, 1f
    li a0, 0
1:
    mv a0, x0
    ret
.Lf402:
    la a2, .Lto18 + 0
    jalr a0, 0(a2)
.Llink18:
    li a0, 0
.Lto18:
    ret
.Lf403:
    la a0, .Lto19 + 0
    jalr a0, 0(a0)
.Llink19:
    li a0, 0
.Lto19:
    ret
.Lf404:
    la a2, .Lto20 + 4
    jalr a0, -4(a2)
.Llink20:
    li a0, 0
.Lto20:
    ret
.Lf405:
    la a0, .Lto21 + 4
    jalr a0, -4(a0)
.Llink21:
    li a0, 0
.Lto21:
    ret
.Lf406:
    la a2, .Lto22 + -4
    jalr a0, 4(a2)
.Llink22:
    li a0, 0
.Lto22:
    ret
.Lf407:
    la a0, .Lto23 + -4
    jalr a0, 4(a0)
.Llink23:
    li a0, 0
.Lto23:
    ret
.Lf408:
    la a2, .Lto24 + -2047
    jalr a0, 2047(a2)
.Llink24:
    li a0, 0
.Lto24:
    ret
.Lf409:
    la a0, .Lto25 + -2047
    jalr a0, 2047(a0)
.Llink25:
    li a0, 0
.Lto25:
    ret
.Lf410:
    la a2, .Lto26 + 2048
    jalr a0, -2048(a2)
.Llink26:
    li a0, 0
.Lto26:
    ret
.Lf411:
    la a0, .Lto27 + 2048
    jalr a0, -2048(a0)
.Llink27:
    li a0, 0
.Lto27:
    ret
.Lf412:
    la a2, .Lto28 + 1
    jalr a0, 0(a2)
.Llink28:
    li a0, 0
.Lto28:
    ret
.Lf413:
    la a0, .Lto29 + 1
    jalr a0, 0(a0)
.Llink29:
    li a0, 0
.Lto29:
    ret
.Lf414:
    la a2, .Lto30 + 0
    jalr a0, 1(a2)
.Llink30:
    li a0, 0
.Lto30:
    ret
.Lf415:
    la a0, .Lto31 + 0
    jalr a0, 1(a0)
.Llink31:
    li a0, 0
.Lto31:
    ret
.Lf416:
    la a2, .Lto32 + 2
    jalr a0, -1(a2)
.Llink32:
    li a0, 0
.Lto32:
    ret
.Lf417:
    la a0, .Lto33 + 2
    jalr a0, -1(a0)
.Llink33:
    li a0, 0
.Lto33:
    ret
.Lf418:
    la a2, 1f
    jalr x0, 0(a2)
    li a0, 0
1:
    ret
.Lf419:
    lb a2, 0(a0)
    mv a0, a2
    ret
.Lf420:
    lb a0, 0(a0)
    ret
.Lf421:
    lb a2, 1(a0)
    mv a0, a2
    ret
.Lf422:
    lb a0, 1(a0)
    ret
.Lf423:
    lb a2, 3(a0)
    mv a0, a2
    ret
.Lf424:
    lb a0, 3(a0)
    ret
.Lf425:
    lb a2, 4(a0)
    mv a0, a2
    ret
.Lf426:
    lb a0, 4(a0)
    ret
.Lf427:
    lb a2, -1(a0)
    mv a0, a2
    ret
.Lf428:
    lb a0, -1(a0)
    ret
.Lf429:
    lb a2, -4(a0)
    mv a0, a2
    ret
.Lf430:
    lb a0, -4(a0)
    ret
.Lf431:
    lb a2, 2047(a0)
    mv a0, a2
    ret
.Lf432:
    lb a0, 2047(a0)
    ret
.Lf433:
    lb a2, -2048(a0)
    mv a0, a2
    ret
.Lf434:
    lb a0, -2048(a0)
    ret
.Lf435:
    lb x0, 0(a0)
    mv a0, x0
    ret
.Lf436:
    lbu a2, 0(a0)
    mv a0, a2
    ret
.Lf437:
    lbu a0, 0(a0)
    ret
.Lf438:
    lbu a2, 1(a0)
    mv a0, a2
    ret
.Lf439:
    lbu a0, 1(a0)
    ret
.Lf440:
    lbu a2, 3(a0)
    mv a0, a2
    ret
.Lf441:
    lbu a0, 3(a0)
    ret
.Lf442:
    lbu a2, 4(a0)
    mv a0, a2
    ret
.Lf443:
    lbu a0, 4(a0)
    ret
.Lf444:
    lbu a2, -1(a0)
    mv a0, a2
    ret
.Lf445:
    lbu a0, -1(a0)
    ret
.Lf446:
    lbu a2, -4(a0)
    mv a0, a2
    ret
.Lf447:
    lbu a0, -4(a0)
    ret
.Lf448:
    lbu a2, 2047(a0)
    mv a0, a2
    ret
.Lf449:
    lbu a0, 2047(a0)
    ret
.Lf450:
    lbu a2, -2048(a0)
    mv a0, a2
    ret
.Lf451:
    lbu a0, -2048(a0)
    ret
.Lf452:
    lbu x0, 0(a0)
    mv a0, x0
    ret
.Lf453:
    lh a2, 0(a0)
    mv a0, a2
    ret
.Lf454:
    lh a0, 0(a0)
    ret
.Lf455:
    lh a2, 1(a0)
    mv a0, a2
    ret
.Lf456:
    lh a0, 1(a0)
    ret
.Lf457:
    lh a2, 3(a0)
    mv a0, a2
    ret
.Lf458:
    lh a0, 3(a0)
    ret
.Lf459:
    lh a2, 4(a0)
    mv a0, a2
    ret
.Lf460:
    lh a0, 4(a0)
    ret
.Lf461:
    lh a2, -1(a0)
    mv a0, a2
    ret
.Lf462:
    lh a0, -1(a0)
    ret
.Lf463:
    lh a2, -4(a0)
    mv a0, a2
    ret
.Lf464:
    lh a0, -4(a0)
    ret
.Lf465:
    lh a2, 2047(a0)
    mv a0, a2
    ret
.Lf466:
    lh a0, 2047(a0)
    ret
.Lf467:
    lh a2, -2048(a0)
    mv a0, a2
    ret
.Lf468:
    lh a0, -2048(a0)
    ret
.Lf469:
    lh x0, 0(a0)
    mv a0, x0
    ret
.Lf470:
    lhu a2, 0(a0)
    mv a0, a2
    ret
.Lf471:
    lhu a0, 0(a0)
    ret
.Lf472:
    lhu a2, 1(a0)
    mv a0, a2
    ret
.Lf473:
    lhu a0, 1(a0)
    ret
.Lf474:
    lhu a2, 3(a0)
    mv a0, a2
    ret
.Lf475:
    lhu a0, 3(a0)
    ret
.Lf476:
    lhu a2, 4(a0)
    mv a0, a2
    ret
.Lf477:
    lhu a0, 4(a0)
    ret
.Lf478:
    lhu a2, -1(a0)
    mv a0, a2
    ret
.Lf479:
    lhu a0, -1(a0)
    ret
.Lf480:
    lhu a2, -4(a0)
    mv a0, a2
    ret
.Lf481:
    lhu a0, -4(a0)
    ret
.Lf482:
    lhu a2, 2047(a0)
    mv a0, a2
    ret
.Lf483:
    lhu a0, 2047(a0)
    ret
.Lf484:
    lhu a2, -2048(a0)
    mv a0, a2
    ret
.Lf485:
    lhu a0, -2048(a0)
    ret
.Lf486:
    lhu x0, 0(a0)
    mv a0, x0
    ret
.Lf487:
    lw a2, 0(a0)
    mv a0, a2
    ret
.Lf488:
    lw a0, 0(a0)
    ret
.Lf489:
    lw a2, 1(a0)
    mv a0, a2
    ret
.Lf490:
    lw a0, 1(a0)
    ret
.Lf491:
    lw a2, 3(a0)
    mv a0, a2
    ret
.Lf492:
    lw a0, 3(a0)
    ret
.Lf493:
    lw a2, 4(a0)
    mv a0, a2
    ret
.Lf494:
    lw a0, 4(a0)
    ret
.Lf495:
    lw a2, -1(a0)
    mv a0, a2
    ret
.Lf496:
    lw a0, -1(a0)
    ret
.Lf497:
    lw a2, -4(a0)
    mv a0, a2
    ret
.Lf498:
    lw a0, -4(a0)
    ret
.Lf499:
    lw a2, 2047(a0)
    mv a0, a2
    ret
.Lf500:
    lw a0, 2047(a0)
    ret
.Lf501:
    lw a2, -2048(a0)
    mv a0, a2
    ret
.Lf502:
    lw a0, -2048(a0)
    ret
.Lf503:
    lw x0, 0(a0)
    mv a0, x0
    ret
.Lf504:
    sb a1, 0(a0)
    ret
.Lf505:
    sb a1, 1(a0)
    ret
.Lf506:
    sb a1, 3(a0)
    ret
.Lf507:
    sb a1, 4(a0)
    ret
.Lf508:
    sb a1, -1(a0)
    ret
.Lf509:
    sb a1, -4(a0)
    ret
.Lf510:
    sb a1, 2047(a0)
    ret
.Lf511:
    sb a1, -2048(a0)
    ret
.Lf512:
    sb x0, 0(a0)
    ret
.Lf513:
    sh a1, 0(a0)
    ret
.Lf514:
    sh a1, 1(a0)
    ret
.Lf515:
    sh a1, 3(a0)
    ret
.Lf516:
    sh a1, 4(a0)
    ret
.Lf517:
    sh a1, -1(a0)
    ret
.Lf518:
    sh a1, -4(a0)
    ret
.Lf519:
    sh a1, 2047(a0)
    ret
.Lf520:
    sh a1, -2048(a0)
    ret
.Lf521:
    sh x0, 0(a0)
    ret
.Lf522:
    sw a1, 0(a0)
    ret
.Lf523:
    sw a1, 1(a0)
    ret
.Lf524:
    sw a1, 3(a0)
    ret
.Lf525:
    sw a1, 4(a0)
    ret
.Lf526:
    sw a1, -1(a0)
    ret
.Lf527:
    sw a1, -4(a0)
    ret
.Lf528:
    sw a1, 2047(a0)
    ret
.Lf529:
    sw a1, -2048(a0)
    ret
.Lf530:
    sw x0, 0(a0)
    ret
.Lf531:
    sw a0, 0(a0)
    ret
.Lf532:
    sb a0, 0(a0)
    ret
.Lf533:
    sh a0, 0(a0)
    lhu a2, 0(a0)
    slli a1, a0, 16
    srli a1, a1, 16
    sub a2, a2, a1
    sh a2, 0(a0)
    ret
.Lf534:
    fence
    ret
.Lf535:
    fence rw, w
    ret
    .option pop
    .size edges_ops, . - edges_ops
    .section .rodata.edges, "a", @progbits
    .balign 4
    .globl edges_alu_name
edges_alu_name:
    .ascii "add"; .zero 5
    .ascii "sub"; .zero 5
    .ascii "sll"; .zero 5
    .ascii "slt"; .zero 5
    .ascii "sltu"; .zero 4
    .ascii "xor"; .zero 5
    .ascii "srl"; .zero 5
    .ascii "sra"; .zero 5
    .ascii "or"; .zero 6
    .ascii "and"; .zero 5
    .ascii "mul"; .zero 5
    .ascii "mulh"; .zero 4
    .ascii "mulhsu"; .zero 2
    .ascii "mulhu"; .zero 3
    .ascii "div"; .zero 5
    .ascii "divu"; .zero 4
    .ascii "rem"; .zero 5
    .ascii "remu"; .zero 4
    .globl edges_alu_form
edges_alu_form:
    .word .Lf0, .Lf1, .Lf2, .Lf3, .Lf4, .Lf5, .Lf6, .Lf7
    .word .Lf8, .Lf9, .Lf10, .Lf11, .Lf12, .Lf13, .Lf14, .Lf15
    .word .Lf16, .Lf17, .Lf18, .Lf19, .Lf20, .Lf21, .Lf22, .Lf23
    .word .Lf24, .Lf25, .Lf26, .Lf27, .Lf28, .Lf29, .Lf30, .Lf31
    .word .Lf32, .Lf33, .Lf34, .Lf35, .Lf36, .Lf37, .Lf38, .Lf39
    .word .Lf40, .Lf41, .Lf42, .Lf43, .Lf44, .Lf45, .Lf46, .Lf47
    .word .Lf48, .Lf49, .Lf50, .Lf51, .Lf52, .Lf53, .Lf54, .Lf55
    .word .Lf56, .Lf57, .Lf58, .Lf59, .Lf60, .Lf61, .Lf62, .Lf63
    .word .Lf64, .Lf65, .Lf66, .Lf67, .Lf68, .Lf69, .Lf70, .Lf71
    .word .Lf72, .Lf73, .Lf74, .Lf75, .Lf76, .Lf77, .Lf78, .Lf79
    .word .Lf80, .Lf81, .Lf82, .Lf83, .Lf84, .Lf85, .Lf86, .Lf87
    .word .Lf88, .Lf89, .Lf90, .Lf91, .Lf92, .Lf93, .Lf94, .Lf95
    .word .Lf96, .Lf97, .Lf98, .Lf99, .Lf100, .Lf101, .Lf102, .Lf103
    .word .Lf104, .Lf105, .Lf106, .Lf107, .Lf108, .Lf109, .Lf110, .Lf111
    .word .Lf112, .Lf113, .Lf114, .Lf115, .Lf116, .Lf117, .Lf118, .Lf119
    .word .Lf120, .Lf121, .Lf122, .Lf123, .Lf124, .Lf125, .Lf126, .Lf127
    .word .Lf128, .Lf129, .Lf130, .Lf131, .Lf132, .Lf133, .Lf134, .Lf135
    .word .Lf136, .Lf137, .Lf138, .Lf139, .Lf140, .Lf141, .Lf142, .Lf143
    .globl edges_alu_result
edges_alu_result:
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x1, 0x2, 0x0, 0x80000000, 0x80000001, 0x20, 0x2f3a5c72, 0xcafebabf
    .word 0xffffffff, 0x0, 0xfffffffe, 0x7ffffffe, 0x7fffffff, 0x1e, 0x2f3a5c70, 0xcafebabd
    .word 0x7fffffff, 0x80000000, 0x7ffffffe, 0xfffffffe, 0xffffffff, 0x8000001e, 0xaf3a5c70, 0x4afebabd
    .word 0x80000000, 0x80000001, 0x7fffffff, 0xffffffff, 0x0, 0x8000001f, 0xaf3a5c71, 0x4afebabe
    .word 0x1f, 0x20, 0x1e, 0x8000001e, 0x8000001f, 0x3e, 0x2f3a5c90, 0xcafebadd
    .word 0x2f3a5c71, 0x2f3a5c72, 0x2f3a5c70, 0xaf3a5c70, 0xaf3a5c71, 0x2f3a5c90, 0x5e74b8e2, 0xfa39172f
    .word 0xcafebabe, 0xcafebabf, 0xcafebabd, 0x4afebabd, 0x4afebabe, 0xcafebadd, 0xfa39172f, 0x95fd757c
    .word 0x0, 0xffffffff, 0x1, 0x80000001, 0x80000000, 0xffffffe1, 0xd0c5a38f, 0x35014542
    .word 0x1, 0x0, 0x2, 0x80000002, 0x80000001, 0xffffffe2, 0xd0c5a390, 0x35014543
    .word 0xffffffff, 0xfffffffe, 0x0, 0x80000000, 0x7fffffff, 0xffffffe0, 0xd0c5a38e, 0x35014541
    .word 0x7fffffff, 0x7ffffffe, 0x80000000, 0x0, 0xffffffff, 0x7fffffe0, 0x50c5a38e, 0xb5014541
    .word 0x80000000, 0x7fffffff, 0x80000001, 0x1, 0x0, 0x7fffffe1, 0x50c5a38f, 0xb5014542
    .word 0x1f, 0x1e, 0x20, 0x80000020, 0x8000001f, 0x0, 0xd0c5a3ae, 0x35014561
    .word 0x2f3a5c71, 0x2f3a5c70, 0x2f3a5c72, 0xaf3a5c72, 0xaf3a5c71, 0x2f3a5c52, 0x0, 0x643ba1b3
    .word 0xcafebabe, 0xcafebabd, 0xcafebabf, 0x4afebabf, 0x4afebabe, 0xcafeba9f, 0x9bc45e4d, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x2, 0x80000000, 0x80000000, 0x1, 0x80000000, 0x20000, 0x40000000
    .word 0xffffffff, 0xfffffffe, 0x80000000, 0x80000000, 0xffffffff, 0x80000000, 0xfffe0000, 0xc0000000
    .word 0x7fffffff, 0xfffffffe, 0x80000000, 0x80000000, 0x7fffffff, 0x80000000, 0xfffe0000, 0xc0000000
    .word 0x80000000, 0x0, 0x0, 0x0, 0x80000000, 0x0, 0x0, 0x0
    .word 0x1f, 0x3e, 0x80000000, 0x80000000, 0x1f, 0x80000000, 0x3e0000, 0xc0000000
    .word 0x2f3a5c71, 0x5e74b8e2, 0x80000000, 0x80000000, 0x2f3a5c71, 0x80000000, 0xb8e20000, 0x40000000
    .word 0xcafebabe, 0x95fd757c, 0x0, 0x0, 0xcafebabe, 0x0, 0x757c0000, 0x80000000
    .word 0x0, 0x1, 0x0, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x0, 0x0, 0x0, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x1, 0x1, 0x0, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x1
    .word 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x1, 0x0
    .word 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x0, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x0, 0x0, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x0, 0x1, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x0, 0x0, 0x1, 0x0, 0x0, 0x0, 0x0, 0x1
    .word 0x0, 0x0, 0x1, 0x1, 0x1, 0x0, 0x1, 0x1
    .word 0x0, 0x0, 0x1, 0x1, 0x1, 0x0, 0x0, 0x1
    .word 0x0, 0x0, 0x1, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x1, 0x0, 0xfffffffe, 0x7ffffffe, 0x80000001, 0x1e, 0x2f3a5c70, 0xcafebabf
    .word 0xffffffff, 0xfffffffe, 0x0, 0x80000000, 0x7fffffff, 0xffffffe0, 0xd0c5a38e, 0x35014541
    .word 0x7fffffff, 0x7ffffffe, 0x80000000, 0x0, 0xffffffff, 0x7fffffe0, 0x50c5a38e, 0xb5014541
    .word 0x80000000, 0x80000001, 0x7fffffff, 0xffffffff, 0x0, 0x8000001f, 0xaf3a5c71, 0x4afebabe
    .word 0x1f, 0x1e, 0xffffffe0, 0x7fffffe0, 0x8000001f, 0x0, 0x2f3a5c6e, 0xcafebaa1
    .word 0x2f3a5c71, 0x2f3a5c70, 0xd0c5a38e, 0x50c5a38e, 0xaf3a5c71, 0x2f3a5c6e, 0x0, 0xe5c4e6cf
    .word 0xcafebabe, 0xcafebabf, 0x35014541, 0xb5014541, 0x4afebabe, 0xcafebaa1, 0xe5c4e6cf, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x0
    .word 0xffffffff, 0x7fffffff, 0x1, 0x1, 0xffffffff, 0x1, 0x7fff, 0x3
    .word 0x7fffffff, 0x3fffffff, 0x0, 0x0, 0x7fffffff, 0x0, 0x3fff, 0x1
    .word 0x80000000, 0x40000000, 0x1, 0x1, 0x80000000, 0x1, 0x4000, 0x2
    .word 0x1f, 0xf, 0x0, 0x0, 0x1f, 0x0, 0x0, 0x0
    .word 0x2f3a5c71, 0x179d2e38, 0x0, 0x0, 0x2f3a5c71, 0x0, 0x179d, 0x0
    .word 0xcafebabe, 0x657f5d5f, 0x1, 0x1, 0xcafebabe, 0x1, 0x657f, 0x3
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x0
    .word 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff
    .word 0x7fffffff, 0x3fffffff, 0x0, 0x0, 0x7fffffff, 0x0, 0x3fff, 0x1
    .word 0x80000000, 0xc0000000, 0xffffffff, 0xffffffff, 0x80000000, 0xffffffff, 0xffffc000, 0xfffffffe
    .word 0x1f, 0xf, 0x0, 0x0, 0x1f, 0x0, 0x0, 0x0
    .word 0x2f3a5c71, 0x179d2e38, 0x0, 0x0, 0x2f3a5c71, 0x0, 0x179d, 0x0
    .word 0xcafebabe, 0xe57f5d5f, 0xffffffff, 0xffffffff, 0xcafebabe, 0xffffffff, 0xffffe57f, 0xffffffff
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x1, 0x1, 0xffffffff, 0x7fffffff, 0x80000001, 0x1f, 0x2f3a5c71, 0xcafebabf
    .word 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff
    .word 0x7fffffff, 0x7fffffff, 0xffffffff, 0x7fffffff, 0xffffffff, 0x7fffffff, 0x7fffffff, 0xffffffff
    .word 0x80000000, 0x80000001, 0xffffffff, 0xffffffff, 0x80000000, 0x8000001f, 0xaf3a5c71, 0xcafebabe
    .word 0x1f, 0x1f, 0xffffffff, 0x7fffffff, 0x8000001f, 0x1f, 0x2f3a5c7f, 0xcafebabf
    .word 0x2f3a5c71, 0x2f3a5c71, 0xffffffff, 0x7fffffff, 0xaf3a5c71, 0x2f3a5c7f, 0x2f3a5c71, 0xeffefeff
    .word 0xcafebabe, 0xcafebabf, 0xffffffff, 0xffffffff, 0xcafebabe, 0xcafebabf, 0xeffefeff, 0xcafebabe
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x0, 0x1, 0x7fffffff, 0x7fffffff, 0x0, 0x1f, 0x2f3a5c71, 0x4afebabe
    .word 0x0, 0x0, 0x80000000, 0x0, 0x80000000, 0x0, 0x0, 0x80000000
    .word 0x0, 0x1, 0x1f, 0x1f, 0x0, 0x1f, 0x11, 0x1e
    .word 0x0, 0x1, 0x2f3a5c71, 0x2f3a5c71, 0x0, 0x11, 0x2f3a5c71, 0xa3a1830
    .word 0x0, 0x0, 0xcafebabe, 0x4afebabe, 0x80000000, 0x1e, 0xa3a1830, 0xcafebabe
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x0, 0xffffffff, 0x1, 0x80000001, 0x80000000, 0xffffffe1, 0xd0c5a38f, 0x35014542
    .word 0x0, 0x7fffffff, 0x80000001, 0x1, 0x80000000, 0x7fffffe1, 0x50c5a38f, 0x35014542
    .word 0x0, 0x80000000, 0x80000000, 0x80000000, 0x0, 0x80000000, 0x80000000, 0x0
    .word 0x0, 0x1f, 0xffffffe1, 0x7fffffe1, 0x80000000, 0x3c1, 0xb81131af, 0x94d89d02
    .word 0x0, 0x2f3a5c71, 0xd0c5a38f, 0x50c5a38f, 0x80000000, 0xb81131af, 0x829569e1, 0x5698b5de
    .word 0x0, 0xcafebabe, 0x35014542, 0x35014542, 0x0, 0x94d89d02, 0x5698b5de, 0xf140a504
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x0, 0xffffffff, 0x0, 0xffffffff, 0x0, 0x0, 0xffffffff
    .word 0x0, 0xffffffff, 0x0, 0xffffffff, 0x0, 0xffffffff, 0xffffffff, 0x0
    .word 0x0, 0x0, 0xffffffff, 0x3fffffff, 0xc0000000, 0xf, 0x179d2e38, 0xe57f5d5f
    .word 0x0, 0xffffffff, 0x0, 0xc0000000, 0x40000000, 0xfffffff0, 0xe862d1c7, 0x1a80a2a1
    .word 0x0, 0x0, 0xffffffff, 0xf, 0xfffffff0, 0x0, 0x5, 0xfffffff9
    .word 0x0, 0x0, 0xffffffff, 0x179d2e38, 0xe862d1c7, 0x5, 0x8b67b3f, 0xf638aedb
    .word 0x0, 0xffffffff, 0x0, 0xe57f5d5f, 0x1a80a2a1, 0xfffffff9, 0xf638aedb, 0xaf986ae
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff
    .word 0x0, 0x0, 0x7ffffffe, 0x3fffffff, 0x3fffffff, 0xf, 0x179d2e38, 0x657f5d5e
    .word 0x0, 0xffffffff, 0x80000000, 0xc0000000, 0xc0000000, 0xfffffff0, 0xe862d1c7, 0x9a80a2a1
    .word 0x0, 0x0, 0x1e, 0xf, 0xf, 0x0, 0x5, 0x18
    .word 0x0, 0x0, 0x2f3a5c70, 0x179d2e38, 0x179d2e38, 0x5, 0x8b67b3f, 0x25730b4c
    .word 0x0, 0xffffffff, 0xcafebabe, 0xe57f5d5f, 0xe57f5d5f, 0xfffffff9, 0xf638aedb, 0xd5f8416c
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x0, 0xfffffffe, 0x7ffffffe, 0x7fffffff, 0x1e, 0x2f3a5c70, 0xcafebabd
    .word 0x0, 0x0, 0x7ffffffe, 0x3fffffff, 0x3fffffff, 0xf, 0x179d2e38, 0x657f5d5e
    .word 0x0, 0x0, 0x7fffffff, 0x3fffffff, 0x40000000, 0xf, 0x179d2e38, 0x657f5d5f
    .word 0x0, 0x0, 0x1e, 0xf, 0xf, 0x0, 0x5, 0x18
    .word 0x0, 0x0, 0x2f3a5c70, 0x179d2e38, 0x179d2e38, 0x5, 0x8b67b3f, 0x25730b4c
    .word 0x0, 0x0, 0xcafebabd, 0x657f5d5e, 0x657f5d5f, 0x18, 0x25730b4c, 0xa0f6fc2a
    .word 0xffffffff, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0xffffffff, 0x1, 0xffffffff, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0xffffffff, 0xffffffff, 0x1, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0xffffffff, 0x7fffffff, 0x80000001, 0x1, 0x0, 0x4210842, 0x2, 0xfffffffe
    .word 0xffffffff, 0x80000000, 0x80000000, 0xffffffff, 0x1, 0xfbdef7be, 0xfffffffe, 0x2
    .word 0xffffffff, 0x1f, 0xffffffe1, 0x0, 0x0, 0x1, 0x0, 0x0
    .word 0xffffffff, 0x2f3a5c71, 0xd0c5a38f, 0x0, 0x0, 0x18602fb, 0x1, 0x0
    .word 0xffffffff, 0xcafebabe, 0x35014542, 0x0, 0x0, 0xfe4a4817, 0xffffffff, 0x1
    .word 0xffffffff, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0xffffffff, 0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0xffffffff, 0xffffffff, 0x1, 0x2, 0x1, 0x8421084, 0x5, 0x1
    .word 0xffffffff, 0x7fffffff, 0x0, 0x1, 0x0, 0x4210842, 0x2, 0x0
    .word 0xffffffff, 0x80000000, 0x0, 0x1, 0x1, 0x4210842, 0x2, 0x0
    .word 0xffffffff, 0x1f, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0
    .word 0xffffffff, 0x2f3a5c71, 0x0, 0x0, 0x0, 0x18602fb, 0x1, 0x0
    .word 0xffffffff, 0xcafebabe, 0x0, 0x1, 0x1, 0x68c589a, 0x4, 0x1
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x0, 0x0, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0xffffffff, 0x0, 0x0, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff
    .word 0x7fffffff, 0x0, 0x0, 0x0, 0x7fffffff, 0x1, 0x218b471d, 0x15fd757b
    .word 0x80000000, 0x0, 0x0, 0xffffffff, 0x0, 0xfffffffe, 0xde74b8e2, 0xea028a84
    .word 0x1f, 0x0, 0x0, 0x1f, 0x1f, 0x0, 0x1f, 0x1f
    .word 0x2f3a5c71, 0x0, 0x0, 0x2f3a5c71, 0x2f3a5c71, 0xc, 0x0, 0x2f3a5c71
    .word 0xcafebabe, 0x0, 0x0, 0xcafebabe, 0xcafebabe, 0xfffffff5, 0xfa39172f, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x0, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0xffffffff, 0x0, 0x0, 0x1, 0x7fffffff, 0x3, 0x13dc31ca, 0x35014541
    .word 0x7fffffff, 0x0, 0x7fffffff, 0x0, 0x7fffffff, 0x1, 0x218b471d, 0x7fffffff
    .word 0x80000000, 0x0, 0x80000000, 0x1, 0x0, 0x2, 0x218b471e, 0x80000000
    .word 0x1f, 0x0, 0x1f, 0x1f, 0x1f, 0x0, 0x1f, 0x1f
    .word 0x2f3a5c71, 0x0, 0x2f3a5c71, 0x2f3a5c71, 0x2f3a5c71, 0xc, 0x0, 0x2f3a5c71
    .word 0xcafebabe, 0x0, 0xcafebabe, 0x4afebabf, 0x4afebabe, 0x18, 0xe1548fa, 0x0
    .globl edges_imm_name
edges_imm_name:
    .ascii "addi"; .zero 4
    .ascii "addi"; .zero 4
    .ascii "addi"; .zero 4
    .ascii "addi"; .zero 4
    .ascii "addi"; .zero 4
    .ascii "addi"; .zero 4
    .ascii "slti"; .zero 4
    .ascii "slti"; .zero 4
    .ascii "slti"; .zero 4
    .ascii "slti"; .zero 4
    .ascii "slti"; .zero 4
    .ascii "slti"; .zero 4
    .ascii "sltiu"; .zero 3
    .ascii "sltiu"; .zero 3
    .ascii "sltiu"; .zero 3
    .ascii "sltiu"; .zero 3
    .ascii "sltiu"; .zero 3
    .ascii "sltiu"; .zero 3
    .ascii "xori"; .zero 4
    .ascii "xori"; .zero 4
    .ascii "xori"; .zero 4
    .ascii "xori"; .zero 4
    .ascii "xori"; .zero 4
    .ascii "xori"; .zero 4
    .ascii "ori"; .zero 5
    .ascii "ori"; .zero 5
    .ascii "ori"; .zero 5
    .ascii "ori"; .zero 5
    .ascii "ori"; .zero 5
    .ascii "ori"; .zero 5
    .ascii "andi"; .zero 4
    .ascii "andi"; .zero 4
    .ascii "andi"; .zero 4
    .ascii "andi"; .zero 4
    .ascii "andi"; .zero 4
    .ascii "andi"; .zero 4
    .ascii "slli"; .zero 4
    .ascii "slli"; .zero 4
    .ascii "slli"; .zero 4
    .ascii "slli"; .zero 4
    .ascii "srli"; .zero 4
    .ascii "srli"; .zero 4
    .ascii "srli"; .zero 4
    .ascii "srli"; .zero 4
    .ascii "srai"; .zero 4
    .ascii "srai"; .zero 4
    .ascii "srai"; .zero 4
    .ascii "srai"; .zero 4
    .globl edges_imm_form
edges_imm_form:
    .word .Lf144, .Lf145, .Lf146, .Lf147
    .word .Lf148, .Lf149, .Lf150, .Lf151
    .word .Lf152, .Lf153, .Lf154, .Lf155
    .word .Lf156, .Lf157, .Lf158, .Lf159
    .word .Lf160, .Lf161, .Lf162, .Lf163
    .word .Lf164, .Lf165, .Lf166, .Lf167
    .word .Lf168, .Lf169, .Lf170, .Lf171
    .word .Lf172, .Lf173, .Lf174, .Lf175
    .word .Lf176, .Lf177, .Lf178, .Lf179
    .word .Lf180, .Lf181, .Lf182, .Lf183
    .word .Lf184, .Lf185, .Lf186, .Lf187
    .word .Lf188, .Lf189, .Lf190, .Lf191
    .word .Lf192, .Lf193, .Lf194, .Lf195
    .word .Lf196, .Lf197, .Lf198, .Lf199
    .word .Lf200, .Lf201, .Lf202, .Lf203
    .word .Lf204, .Lf205, .Lf206, .Lf207
    .word .Lf208, .Lf209, .Lf210, .Lf211
    .word .Lf212, .Lf213, .Lf214, .Lf215
    .word .Lf216, .Lf217, .Lf218, .Lf219
    .word .Lf220, .Lf221, .Lf222, .Lf223
    .word .Lf224, .Lf225, .Lf226, .Lf227
    .word .Lf228, .Lf229, .Lf230, .Lf231
    .word .Lf232, .Lf233, .Lf234, .Lf235
    .word .Lf236, .Lf237, .Lf238, .Lf239
    .word .Lf240, .Lf241, .Lf242, .Lf243
    .word .Lf244, .Lf245, .Lf246, .Lf247
    .word .Lf248, .Lf249, .Lf250, .Lf251
    .word .Lf252, .Lf253, .Lf254, .Lf255
    .word .Lf256, .Lf257, .Lf258, .Lf259
    .word .Lf260, .Lf261, .Lf262, .Lf263
    .word .Lf264, .Lf265, .Lf266, .Lf267
    .word .Lf268, .Lf269, .Lf270, .Lf271
    .word .Lf272, .Lf273, .Lf274, .Lf275
    .word .Lf276, .Lf277, .Lf278, .Lf279
    .word .Lf280, .Lf281, .Lf282, .Lf283
    .word .Lf284, .Lf285, .Lf286, .Lf287
    .word .Lf288, .Lf289, .Lf290, .Lf291
    .word .Lf292, .Lf293, .Lf294, .Lf295
    .word .Lf296, .Lf297, .Lf298, .Lf299
    .word .Lf300, .Lf301, .Lf302, .Lf303
    .word .Lf304, .Lf305, .Lf306, .Lf307
    .word .Lf308, .Lf309, .Lf310, .Lf311
    .word .Lf312, .Lf313, .Lf314, .Lf315
    .word .Lf316, .Lf317, .Lf318, .Lf319
    .word .Lf320, .Lf321, .Lf322, .Lf323
    .word .Lf324, .Lf325, .Lf326, .Lf327
    .word .Lf328, .Lf329, .Lf330, .Lf331
    .word .Lf332, .Lf333, .Lf334, .Lf335
    .globl edges_imm_result
edges_imm_result:
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x1, 0x2, 0x0, 0x80000000, 0x80000001, 0x20, 0x2f3a5c72, 0xcafebabf
    .word 0xffffffff, 0x0, 0xfffffffe, 0x7ffffffe, 0x7fffffff, 0x1e, 0x2f3a5c70, 0xcafebabd
    .word 0x7ff, 0x800, 0x7fe, 0x800007fe, 0x800007ff, 0x81e, 0x2f3a6470, 0xcafec2bd
    .word 0xfffff800, 0xfffff801, 0xfffff7ff, 0x7ffff7ff, 0x7ffff800, 0xfffff81f, 0x2f3a5471, 0xcafeb2be
    .word 0x2a5, 0x2a6, 0x2a4, 0x800002a4, 0x800002a5, 0x2c4, 0x2f3a5f16, 0xcafebd63
    .word 0x0, 0x0, 0x1, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x1, 0x0, 0x1, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x0, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x0, 0x1
    .word 0x0, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x0, 0x1
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x1, 0x0, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x1, 0x1, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0
    .word 0x1, 0x1, 0x0, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x1, 0x1, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x1, 0x0, 0xfffffffe, 0x7ffffffe, 0x80000001, 0x1e, 0x2f3a5c70, 0xcafebabf
    .word 0xffffffff, 0xfffffffe, 0x0, 0x80000000, 0x7fffffff, 0xffffffe0, 0xd0c5a38e, 0x35014541
    .word 0x7ff, 0x7fe, 0xfffff800, 0x7ffff800, 0x800007ff, 0x7e0, 0x2f3a5b8e, 0xcafebd41
    .word 0xfffff800, 0xfffff801, 0x7ff, 0x800007ff, 0x7ffff800, 0xfffff81f, 0xd0c5a471, 0x350142be
    .word 0x2a5, 0x2a4, 0xfffffd5a, 0x7ffffd5a, 0x800002a5, 0x2ba, 0x2f3a5ed4, 0xcafeb81b
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x1, 0x1, 0xffffffff, 0x7fffffff, 0x80000001, 0x1f, 0x2f3a5c71, 0xcafebabf
    .word 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff
    .word 0x7ff, 0x7ff, 0xffffffff, 0x7fffffff, 0x800007ff, 0x7ff, 0x2f3a5fff, 0xcafebfff
    .word 0xfffff800, 0xfffff801, 0xffffffff, 0xffffffff, 0xfffff800, 0xfffff81f, 0xfffffc71, 0xfffffabe
    .word 0x2a5, 0x2a5, 0xffffffff, 0x7fffffff, 0x800002a5, 0x2bf, 0x2f3a5ef5, 0xcafebabf
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x0, 0x1, 0x7ff, 0x7ff, 0x0, 0x1f, 0x471, 0x2be
    .word 0x0, 0x0, 0xfffff800, 0x7ffff800, 0x80000000, 0x0, 0x2f3a5800, 0xcafeb800
    .word 0x0, 0x1, 0x2a5, 0x2a5, 0x0, 0x5, 0x21, 0x2a4
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x0, 0x2, 0xfffffffe, 0xfffffffe, 0x0, 0x3e, 0x5e74b8e2, 0x95fd757c
    .word 0x0, 0x20000, 0xfffe0000, 0xfffe0000, 0x0, 0x3e0000, 0xb8e20000, 0x757c0000
    .word 0x0, 0x80000000, 0x80000000, 0x80000000, 0x0, 0x80000000, 0x80000000, 0x0
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x0, 0x0, 0x7fffffff, 0x3fffffff, 0x40000000, 0xf, 0x179d2e38, 0x657f5d5f
    .word 0x0, 0x0, 0x7fff, 0x3fff, 0x4000, 0x0, 0x179d, 0x657f
    .word 0x0, 0x0, 0x1, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .word 0x0, 0x0, 0xffffffff, 0x3fffffff, 0xc0000000, 0xf, 0x179d2e38, 0xe57f5d5f
    .word 0x0, 0x0, 0xffffffff, 0x3fff, 0xffffc000, 0x0, 0x179d, 0xffffe57f
    .word 0x0, 0x0, 0xffffffff, 0x0, 0xffffffff, 0x0, 0x0, 0xffffffff
    .globl edges_branch_name
edges_branch_name:
    .ascii "beq"; .zero 5
    .ascii "bne"; .zero 5
    .ascii "blt"; .zero 5
    .ascii "bge"; .zero 5
    .ascii "bltu"; .zero 4
    .ascii "bgeu"; .zero 4
    .globl edges_branch_form
edges_branch_form:
    .word .Lf336, .Lf337, .Lf338, .Lf339, .Lf340, .Lf341, .Lf342, .Lf343
    .word .Lf344, .Lf345, .Lf346, .Lf347, .Lf348, .Lf349, .Lf350, .Lf351
    .word .Lf352, .Lf353, .Lf354, .Lf355, .Lf356, .Lf357, .Lf358, .Lf359
    .word .Lf360, .Lf361, .Lf362, .Lf363, .Lf364, .Lf365, .Lf366, .Lf367
    .word .Lf368, .Lf369, .Lf370, .Lf371, .Lf372, .Lf373, .Lf374, .Lf375
    .word .Lf376, .Lf377, .Lf378, .Lf379, .Lf380, .Lf381, .Lf382, .Lf383
    .globl edges_branch_result
edges_branch_result:
    .word 0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x0, 0x1, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x1, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x1
    .word 0x0, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x1, 0x0, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x1, 0x1, 0x0, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x1, 0x1
    .word 0x1, 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x1
    .word 0x1, 0x1, 0x1, 0x1, 0x1, 0x0, 0x1, 0x1
    .word 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x0, 0x1
    .word 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x0
    .word 0x0, 0x1, 0x0, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x0, 0x0, 0x0, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x1, 0x1, 0x0, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x1
    .word 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x1, 0x0
    .word 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x1, 0x0, 0x1, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x1, 0x1, 0x1, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x0, 0x0, 0x1, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x0, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x0
    .word 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x0, 0x1
    .word 0x1, 0x1, 0x1, 0x0, 0x1, 0x1, 0x1, 0x1
    .word 0x0, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x0, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x0, 0x0, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x0, 0x0, 0x1, 0x0, 0x1, 0x0, 0x0, 0x1
    .word 0x0, 0x0, 0x1, 0x0, 0x0, 0x0, 0x0, 0x1
    .word 0x0, 0x0, 0x1, 0x1, 0x1, 0x0, 0x1, 0x1
    .word 0x0, 0x0, 0x1, 0x1, 0x1, 0x0, 0x0, 0x1
    .word 0x0, 0x0, 0x1, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0
    .word 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1, 0x1
    .word 0x1, 0x1, 0x0, 0x1, 0x0, 0x1, 0x1, 0x0
    .word 0x1, 0x1, 0x0, 0x1, 0x1, 0x1, 0x1, 0x0
    .word 0x1, 0x1, 0x0, 0x0, 0x0, 0x1, 0x0, 0x0
    .word 0x1, 0x1, 0x0, 0x0, 0x0, 0x1, 0x1, 0x0
    .word 0x1, 0x1, 0x0, 0x1, 0x1, 0x1, 0x1, 0x1
    .globl edges_data
edges_data:
    .word 0x17f80, 0x8000ff01, 0xfffe7fff, 0xffff0000
    .globl edges_case_name
edges_case_name:
    .ascii "lui"; .zero 5
    .ascii "auipc"; .zero 3
    .ascii "lui"; .zero 5
    .ascii "auipc"; .zero 3
    .ascii "lui"; .zero 5
    .ascii "auipc"; .zero 3
    .ascii "lui"; .zero 5
    .ascii "auipc"; .zero 3
    .ascii "lui"; .zero 5
    .ascii "auipc"; .zero 3
    .ascii "lui"; .zero 5
    .ascii "auipc"; .zero 3
    .ascii "lui"; .zero 5
    .ascii "auipc"; .zero 3
    .ascii "jal"; .zero 5
    .ascii "jal"; .zero 5
    .ascii "jal"; .zero 5
    .ascii "jal"; .zero 5
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "jalr"; .zero 4
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lb"; .zero 6
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lbu"; .zero 5
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lh"; .zero 6
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lhu"; .zero 5
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "lw"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sw"; .zero 6
    .ascii "sb"; .zero 6
    .ascii "sh"; .zero 6
    .ascii "fence"; .zero 3
    .ascii "fence"; .zero 3
    .globl edges_case
edges_case:
    .word .Lf384, 0x0, 0x0, 0x0
    .word .Lf385, 0x0, 0x0, .Lpc0 + 0
    .word .Lf386, 0x0, 0x0, 0x1000
    .word .Lf387, 0x0, 0x0, .Lpc1 + 4096
    .word .Lf388, 0x0, 0x0, 0x7ffff000
    .word .Lf389, 0x0, 0x0, .Lpc524287 + 2147479552
    .word .Lf390, 0x0, 0x0, 0x80000000
    .word .Lf391, 0x0, 0x0, .Lpc524288 + -2147483648
    .word .Lf392, 0x0, 0x0, 0xfffff000
    .word .Lf393, 0x0, 0x0, .Lpc1048575 + -4096
    .word .Lf394, 0x0, 0x0, 0x12345000
    .word .Lf395, 0x0, 0x0, .Lpc74565 + 305418240
    .word .Lf396, 0x0, 0x0, 0x0
    .word .Lf397, 0x0, 0x0, 0x0
    .word .Lf398, 0x0, 0x0, .Llink14
    .word .Lf399, 0x0, 0x0, .Llink15
    .word .Lf400, 0x0, 0x0, .Llink16
    .word .Lf401, 0x7, 0x0, 0x0
    .word .Lf402, 0x0, 0x0, .Llink18
    .word .Lf403, 0x0, 0x0, .Llink19
    .word .Lf404, 0x0, 0x0, .Llink20
    .word .Lf405, 0x0, 0x0, .Llink21
    .word .Lf406, 0x0, 0x0, .Llink22
    .word .Lf407, 0x0, 0x0, .Llink23
    .word .Lf408, 0x0, 0x0, .Llink24
    .word .Lf409, 0x0, 0x0, .Llink25
    .word .Lf410, 0x0, 0x0, .Llink26
    .word .Lf411, 0x0, 0x0, .Llink27
    .word .Lf412, 0x0, 0x0, .Llink28
    .word .Lf413, 0x0, 0x0, .Llink29
    .word .Lf414, 0x0, 0x0, .Llink30
    .word .Lf415, 0x0, 0x0, .Llink31
    .word .Lf416, 0x0, 0x0, .Llink32
    .word .Lf417, 0x0, 0x0, .Llink33
    .word .Lf418, 0x7, 0x0, 0x7
    .word .Lf419, edges_data + 0, 0x0, 0xffffff80
    .word .Lf419, edges_data + 1, 0x0, 0x7f
    .word .Lf419, edges_data + 2, 0x0, 0x1
    .word .Lf419, edges_data + 3, 0x0, 0x0
    .word .Lf419, edges_data + 4, 0x0, 0x1
    .word .Lf420, edges_data + 4, 0x0, 0x1
    .word .Lf419, edges_data + 5, 0x0, 0xffffffff
    .word .Lf419, edges_data + 6, 0x0, 0x0
    .word .Lf419, edges_data + 7, 0x0, 0xffffff80
    .word .Lf419, edges_data + 8, 0x0, 0xffffffff
    .word .Lf419, edges_data + 9, 0x0, 0x7f
    .word .Lf419, edges_data + 10, 0x0, 0xfffffffe
    .word .Lf419, edges_data + 11, 0x0, 0xffffffff
    .word .Lf419, edges_data + 12, 0x0, 0x0
    .word .Lf420, edges_data + 12, 0x0, 0x0
    .word .Lf419, edges_data + 13, 0x0, 0x0
    .word .Lf419, edges_data + 14, 0x0, 0xffffffff
    .word .Lf419, edges_data + 15, 0x0, 0xffffffff
    .word .Lf421, edges_data + 3, 0x0, 0x1
    .word .Lf422, edges_data + 3, 0x0, 0x1
    .word .Lf423, edges_data + 1, 0x0, 0x1
    .word .Lf424, edges_data + 1, 0x0, 0x1
    .word .Lf425, edges_data + 0, 0x0, 0x1
    .word .Lf426, edges_data + 0, 0x0, 0x1
    .word .Lf427, edges_data + 5, 0x0, 0x1
    .word .Lf428, edges_data + 5, 0x0, 0x1
    .word .Lf429, edges_data + 8, 0x0, 0x1
    .word .Lf430, edges_data + 8, 0x0, 0x1
    .word .Lf431, edges_data + -2043, 0x0, 0x1
    .word .Lf432, edges_data + -2043, 0x0, 0x1
    .word .Lf433, edges_data + 2052, 0x0, 0x1
    .word .Lf434, edges_data + 2052, 0x0, 0x1
    .word .Lf435, edges_data + 4, 0x0, 0x0
    .word .Lf436, edges_data + 0, 0x0, 0x80
    .word .Lf436, edges_data + 1, 0x0, 0x7f
    .word .Lf436, edges_data + 2, 0x0, 0x1
    .word .Lf436, edges_data + 3, 0x0, 0x0
    .word .Lf436, edges_data + 4, 0x0, 0x1
    .word .Lf437, edges_data + 4, 0x0, 0x1
    .word .Lf436, edges_data + 5, 0x0, 0xff
    .word .Lf436, edges_data + 6, 0x0, 0x0
    .word .Lf436, edges_data + 7, 0x0, 0x80
    .word .Lf436, edges_data + 8, 0x0, 0xff
    .word .Lf436, edges_data + 9, 0x0, 0x7f
    .word .Lf436, edges_data + 10, 0x0, 0xfe
    .word .Lf436, edges_data + 11, 0x0, 0xff
    .word .Lf436, edges_data + 12, 0x0, 0x0
    .word .Lf437, edges_data + 12, 0x0, 0x0
    .word .Lf436, edges_data + 13, 0x0, 0x0
    .word .Lf436, edges_data + 14, 0x0, 0xff
    .word .Lf436, edges_data + 15, 0x0, 0xff
    .word .Lf438, edges_data + 3, 0x0, 0x1
    .word .Lf439, edges_data + 3, 0x0, 0x1
    .word .Lf440, edges_data + 1, 0x0, 0x1
    .word .Lf441, edges_data + 1, 0x0, 0x1
    .word .Lf442, edges_data + 0, 0x0, 0x1
    .word .Lf443, edges_data + 0, 0x0, 0x1
    .word .Lf444, edges_data + 5, 0x0, 0x1
    .word .Lf445, edges_data + 5, 0x0, 0x1
    .word .Lf446, edges_data + 8, 0x0, 0x1
    .word .Lf447, edges_data + 8, 0x0, 0x1
    .word .Lf448, edges_data + -2043, 0x0, 0x1
    .word .Lf449, edges_data + -2043, 0x0, 0x1
    .word .Lf450, edges_data + 2052, 0x0, 0x1
    .word .Lf451, edges_data + 2052, 0x0, 0x1
    .word .Lf452, edges_data + 4, 0x0, 0x0
    .word .Lf453, edges_data + 0, 0x0, 0x7f80
    .word .Lf453, edges_data + 2, 0x0, 0x1
    .word .Lf453, edges_data + 4, 0x0, 0xffffff01
    .word .Lf454, edges_data + 4, 0x0, 0xffffff01
    .word .Lf453, edges_data + 6, 0x0, 0xffff8000
    .word .Lf453, edges_data + 8, 0x0, 0x7fff
    .word .Lf453, edges_data + 10, 0x0, 0xfffffffe
    .word .Lf453, edges_data + 12, 0x0, 0x0
    .word .Lf454, edges_data + 12, 0x0, 0x0
    .word .Lf453, edges_data + 14, 0x0, 0xffffffff
    .word .Lf455, edges_data + 3, 0x0, 0xffffff01
    .word .Lf456, edges_data + 3, 0x0, 0xffffff01
    .word .Lf457, edges_data + 1, 0x0, 0xffffff01
    .word .Lf458, edges_data + 1, 0x0, 0xffffff01
    .word .Lf459, edges_data + 0, 0x0, 0xffffff01
    .word .Lf460, edges_data + 0, 0x0, 0xffffff01
    .word .Lf461, edges_data + 5, 0x0, 0xffffff01
    .word .Lf462, edges_data + 5, 0x0, 0xffffff01
    .word .Lf463, edges_data + 8, 0x0, 0xffffff01
    .word .Lf464, edges_data + 8, 0x0, 0xffffff01
    .word .Lf465, edges_data + -2043, 0x0, 0xffffff01
    .word .Lf466, edges_data + -2043, 0x0, 0xffffff01
    .word .Lf467, edges_data + 2052, 0x0, 0xffffff01
    .word .Lf468, edges_data + 2052, 0x0, 0xffffff01
    .word .Lf469, edges_data + 4, 0x0, 0x0
    .word .Lf470, edges_data + 0, 0x0, 0x7f80
    .word .Lf470, edges_data + 2, 0x0, 0x1
    .word .Lf470, edges_data + 4, 0x0, 0xff01
    .word .Lf471, edges_data + 4, 0x0, 0xff01
    .word .Lf470, edges_data + 6, 0x0, 0x8000
    .word .Lf470, edges_data + 8, 0x0, 0x7fff
    .word .Lf470, edges_data + 10, 0x0, 0xfffe
    .word .Lf470, edges_data + 12, 0x0, 0x0
    .word .Lf471, edges_data + 12, 0x0, 0x0
    .word .Lf470, edges_data + 14, 0x0, 0xffff
    .word .Lf472, edges_data + 3, 0x0, 0xff01
    .word .Lf473, edges_data + 3, 0x0, 0xff01
    .word .Lf474, edges_data + 1, 0x0, 0xff01
    .word .Lf475, edges_data + 1, 0x0, 0xff01
    .word .Lf476, edges_data + 0, 0x0, 0xff01
    .word .Lf477, edges_data + 0, 0x0, 0xff01
    .word .Lf478, edges_data + 5, 0x0, 0xff01
    .word .Lf479, edges_data + 5, 0x0, 0xff01
    .word .Lf480, edges_data + 8, 0x0, 0xff01
    .word .Lf481, edges_data + 8, 0x0, 0xff01
    .word .Lf482, edges_data + -2043, 0x0, 0xff01
    .word .Lf483, edges_data + -2043, 0x0, 0xff01
    .word .Lf484, edges_data + 2052, 0x0, 0xff01
    .word .Lf485, edges_data + 2052, 0x0, 0xff01
    .word .Lf486, edges_data + 4, 0x0, 0x0
    .word .Lf487, edges_data + 0, 0x0, 0x17f80
    .word .Lf487, edges_data + 4, 0x0, 0x8000ff01
    .word .Lf488, edges_data + 4, 0x0, 0x8000ff01
    .word .Lf487, edges_data + 8, 0x0, 0xfffe7fff
    .word .Lf487, edges_data + 12, 0x0, 0xffff0000
    .word .Lf488, edges_data + 12, 0x0, 0xffff0000
    .word .Lf489, edges_data + 3, 0x0, 0x8000ff01
    .word .Lf490, edges_data + 3, 0x0, 0x8000ff01
    .word .Lf491, edges_data + 1, 0x0, 0x8000ff01
    .word .Lf492, edges_data + 1, 0x0, 0x8000ff01
    .word .Lf493, edges_data + 0, 0x0, 0x8000ff01
    .word .Lf494, edges_data + 0, 0x0, 0x8000ff01
    .word .Lf495, edges_data + 5, 0x0, 0x8000ff01
    .word .Lf496, edges_data + 5, 0x0, 0x8000ff01
    .word .Lf497, edges_data + 8, 0x0, 0x8000ff01
    .word .Lf498, edges_data + 8, 0x0, 0x8000ff01
    .word .Lf499, edges_data + -2043, 0x0, 0x8000ff01
    .word .Lf500, edges_data + -2043, 0x0, 0x8000ff01
    .word .Lf501, edges_data + 2052, 0x0, 0x8000ff01
    .word .Lf502, edges_data + 2052, 0x0, 0x8000ff01
    .word .Lf503, edges_data + 4, 0x0, 0x0
    .word .Lf504, edges_buffer + 4, 0x0, 0xa5c3e100
    .word .Lf504, edges_buffer + 4, 0x1, 0xa5c3e101
    .word .Lf504, edges_buffer + 4, 0xffffffff, 0xa5c3e1ff
    .word .Lf504, edges_buffer + 4, 0x80ff7f01, 0xa5c3e101
    .word .Lf504, edges_buffer + 4, 0x7f, 0xa5c3e17f
    .word .Lf504, edges_buffer + 4, 0x7fff, 0xa5c3e1ff
    .word .Lf504, edges_buffer + 4, 0x8000, 0xa5c3e100
    .word .Lf504, edges_buffer + 5, 0x0, 0xa5c30087
    .word .Lf504, edges_buffer + 5, 0x1, 0xa5c30187
    .word .Lf504, edges_buffer + 5, 0xffffffff, 0xa5c3ff87
    .word .Lf504, edges_buffer + 5, 0x80ff7f01, 0xa5c30187
    .word .Lf504, edges_buffer + 5, 0x7f, 0xa5c37f87
    .word .Lf504, edges_buffer + 5, 0x7fff, 0xa5c3ff87
    .word .Lf504, edges_buffer + 5, 0x8000, 0xa5c30087
    .word .Lf504, edges_buffer + 6, 0x0, 0xa500e187
    .word .Lf504, edges_buffer + 6, 0x1, 0xa501e187
    .word .Lf504, edges_buffer + 6, 0xffffffff, 0xa5ffe187
    .word .Lf504, edges_buffer + 6, 0x80ff7f01, 0xa501e187
    .word .Lf504, edges_buffer + 6, 0x7f, 0xa57fe187
    .word .Lf504, edges_buffer + 6, 0x7fff, 0xa5ffe187
    .word .Lf504, edges_buffer + 6, 0x8000, 0xa500e187
    .word .Lf504, edges_buffer + 7, 0x0, 0xc3e187
    .word .Lf504, edges_buffer + 7, 0x1, 0x1c3e187
    .word .Lf504, edges_buffer + 7, 0xffffffff, 0xffc3e187
    .word .Lf504, edges_buffer + 7, 0x80ff7f01, 0x1c3e187
    .word .Lf504, edges_buffer + 7, 0x7f, 0x7fc3e187
    .word .Lf504, edges_buffer + 7, 0x7fff, 0xffc3e187
    .word .Lf504, edges_buffer + 7, 0x8000, 0xc3e187
    .word .Lf505, edges_buffer + 3, 0x12345678, 0xa5c3e178
    .word .Lf506, edges_buffer + 1, 0x12345678, 0xa5c3e178
    .word .Lf507, edges_buffer + 0, 0x12345678, 0xa5c3e178
    .word .Lf508, edges_buffer + 5, 0x12345678, 0xa5c3e178
    .word .Lf509, edges_buffer + 8, 0x12345678, 0xa5c3e178
    .word .Lf510, edges_buffer + -2043, 0x12345678, 0xa5c3e178
    .word .Lf511, edges_buffer + 2052, 0x12345678, 0xa5c3e178
    .word .Lf512, edges_buffer + 4, 0xffffffff, 0xa5c3e100
    .word .Lf513, edges_buffer + 4, 0x0, 0xa5c30000
    .word .Lf513, edges_buffer + 4, 0x1, 0xa5c30001
    .word .Lf513, edges_buffer + 4, 0xffffffff, 0xa5c3ffff
    .word .Lf513, edges_buffer + 4, 0x80ff7f01, 0xa5c37f01
    .word .Lf513, edges_buffer + 4, 0x7f, 0xa5c3007f
    .word .Lf513, edges_buffer + 4, 0x7fff, 0xa5c37fff
    .word .Lf513, edges_buffer + 4, 0x8000, 0xa5c38000
    .word .Lf513, edges_buffer + 6, 0x0, 0xe187
    .word .Lf513, edges_buffer + 6, 0x1, 0x1e187
    .word .Lf513, edges_buffer + 6, 0xffffffff, 0xffffe187
    .word .Lf513, edges_buffer + 6, 0x80ff7f01, 0x7f01e187
    .word .Lf513, edges_buffer + 6, 0x7f, 0x7fe187
    .word .Lf513, edges_buffer + 6, 0x7fff, 0x7fffe187
    .word .Lf513, edges_buffer + 6, 0x8000, 0x8000e187
    .word .Lf514, edges_buffer + 3, 0x12345678, 0xa5c35678
    .word .Lf515, edges_buffer + 1, 0x12345678, 0xa5c35678
    .word .Lf516, edges_buffer + 0, 0x12345678, 0xa5c35678
    .word .Lf517, edges_buffer + 5, 0x12345678, 0xa5c35678
    .word .Lf518, edges_buffer + 8, 0x12345678, 0xa5c35678
    .word .Lf519, edges_buffer + -2043, 0x12345678, 0xa5c35678
    .word .Lf520, edges_buffer + 2052, 0x12345678, 0xa5c35678
    .word .Lf521, edges_buffer + 4, 0xffffffff, 0xa5c30000
    .word .Lf522, edges_buffer + 4, 0x0, 0x0
    .word .Lf522, edges_buffer + 4, 0x1, 0x1
    .word .Lf522, edges_buffer + 4, 0xffffffff, 0xffffffff
    .word .Lf522, edges_buffer + 4, 0x80ff7f01, 0x80ff7f01
    .word .Lf522, edges_buffer + 4, 0x7f, 0x7f
    .word .Lf522, edges_buffer + 4, 0x7fff, 0x7fff
    .word .Lf522, edges_buffer + 4, 0x8000, 0x8000
    .word .Lf523, edges_buffer + 3, 0x12345678, 0x12345678
    .word .Lf524, edges_buffer + 1, 0x12345678, 0x12345678
    .word .Lf525, edges_buffer + 0, 0x12345678, 0x12345678
    .word .Lf526, edges_buffer + 5, 0x12345678, 0x12345678
    .word .Lf527, edges_buffer + 8, 0x12345678, 0x12345678
    .word .Lf528, edges_buffer + -2043, 0x12345678, 0x12345678
    .word .Lf529, edges_buffer + 2052, 0x12345678, 0x12345678
    .word .Lf530, edges_buffer + 4, 0xffffffff, 0x0
    .word .Lf531, edges_buffer + 4, 0x0, edges_buffer + 4
    .word .Lf532, edges_buffer + 4, 0x0, 0xa5c3e104
    .word .Lf533, edges_buffer + 4, 0x0, 0xa5c30000
    .word .Lf534, 0x5, 0x0, 0x5
    .word .Lf535, 0x6, 0x0, 0x6
    .globl edges_value
edges_value:
    .word 0x0, 0x1, 0xffffffff, 0x7fffffff, 0x80000000, 0x1f, 0x2f3a5c71, 0xcafebabe
    .globl edges_count
edges_count:
    .word 0x8, 0x12, 0x30, 0x6, 0xfa, 0xa5c3e187
