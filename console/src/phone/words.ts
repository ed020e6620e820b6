import { makeI18n } from '../shared/language'
import { signIn } from '../shared/words'

const zh = {
  app: '化解·网格', language: 'English', in: signIn.zh,
  tab: { tasks: '任务', report: '上报', queue: '待传', patrol: '巡查', me: '我的' },
  offline: '当前没有网络。上报会先保存在手机里,有网后自动上传。',
  tasks: { none: '没有待办任务', verify: '现场核查', supplement: '补充材料', photos: '补拍照片', dispose: '处置', away: '距离 {m}', mine: '我的办件', reported: '我登记和上报的', whistle: '吹哨', refresh: '刷新' },
  report: { title: '上报网格事件', photos: '现场照片(3 张)', photosTip: '请拍全景、近景、参照物', more: '还差 {n} 张', where: '位置', spot: '位置说明', spotAsk: '位置说明:路名、门牌、参照物', what: '类别', describe: '情况说明', urgent: '紧急', noPhotos: '缺照片原因', save: '上报', saved: '已保存,正在上传', again: '换一类', missing: '请补齐:{what}', double: '附近已有相同事件', same: '就是这一件' },
  queue: { title: '待传与已报', none: '没有上报记录', waiting: '待传', sending: '上传中', done: '已上报', fix: '需处理', retry: '立即重试', drop: '删除', keep: '仍要删除这条未上传的上报吗?', stored: '{n} 条待传' },
  patrol: { on: '上岗', off: '下岗', start: '开始巡查', stop: '结束巡查', onDuty: '在岗', offDuty: '不在岗', patrolling: '巡查中', today: '今日', online: '在线', walked: '里程', hours: '{n} 分钟', km: '{n} 公里', week: '本周', info: '本月信息更新', infoTip: '走访核对后登记:只写楼栋门牌,不写姓名电话', infoKind: '类别', infoRef: '楼栋或门牌', infoCount: '变更条数', infoGrid: '网格', infoAdd: '登记更新', infoOf: '{n} / {of} 处', infoDone: '已登记', infoWaiting: '{n} 条待传', kind: { household: '住户信息', population: '人口变动', building: '楼栋信息', premises: '单位门店', facility: '公共设施' }, events: '{n} / {of} 件', ok: '达标', notYet: '未达标', points: '未上传轨迹点 {n}', tip: '只在上岗并开始巡查后记录位置', flags: '提示' },
  case: { due: '期限', photoWithheld: '照片已隐去', act: '可办事项', photos: '照片', go: '提交', back: '返回', done: '已办理', nothing: '没有可办理的事项', sensitive: '敏感件:内容仅本件指定人员可查看', place: '位置' },
  me: { out: '退出登录', install: '添加到主屏幕即可离线使用', desk: '打开工作台', notices: '消息', unread: '{n} 条未读', none: '没有消息' },
  yes: '是', no: '否', fault: '没有成功', retry: '重试', required: '必填',
}

const en: typeof zh = {
  app: 'Huajie field', language: '中文', in: signIn.en,
  tab: { tasks: 'Tasks', report: 'Report', queue: 'Queue', patrol: 'Patrol', me: 'Me' },
  offline: 'No network. Reports are kept on the phone and sent by themselves later.',
  tasks: { none: 'No tasks', verify: 'Verify on site', supplement: 'Supplement', photos: 'Take the missing photos', dispose: 'Dispose', away: '{m} away', mine: 'My cases', reported: 'Registered and reported by me', whistle: 'Whistle', refresh: 'Refresh' },
  report: { title: 'Report an event', photos: 'Photographs (3)', photosTip: 'The whole, the detail, a landmark', more: '{n} missing', where: 'Place', spot: 'Place in words', spotAsk: 'Place in words: road, number, landmark', what: 'Category', describe: 'What is it', urgent: 'Emergency', noPhotos: 'Why photographs are missing', save: 'Report', saved: 'Kept, being sent', again: 'Another class', missing: 'Still needed: {what}', double: 'The same may have been reported nearby', same: 'It is this one' },
  queue: { title: 'Waiting and sent', none: 'Nothing reported yet', waiting: 'waiting', sending: 'sending', done: 'reported', fix: 'needs attention', retry: 'Send now', drop: 'Delete', keep: 'Delete this report, which has not been sent?', stored: '{n} waiting' },
  patrol: { on: 'On duty', off: 'Off duty', start: 'Start patrol', stop: 'End patrol', onDuty: 'On duty', offDuty: 'Off duty', patrolling: 'On patrol', today: 'Today', online: 'Online', walked: 'Distance', hours: '{n} min', km: '{n} km', week: 'This week', info: 'Data of the grid, this month', infoTip: 'After a look at the place: house and door only, no names or telephones', infoKind: 'What', infoRef: 'Building or door', infoCount: 'Entries changed', infoGrid: 'Grid', infoAdd: 'Note the update', infoOf: '{n} of {of}', infoDone: 'Noted', infoWaiting: '{n} not sent', kind: { household: 'A household', population: 'Moved in or out', building: 'A building', premises: 'A shop or workplace', facility: 'A public facility' }, events: '{n} of {of} reports', ok: 'met', notYet: 'not met', points: '{n} points not sent', tip: 'Your position is recorded only on duty, and on patrol', flags: 'Notes' },
  case: { due: 'Due', photoWithheld: 'Photo withheld', act: 'What you may do', photos: 'Photographs', go: 'Submit', back: 'Back', done: 'Done', nothing: 'Nothing for you to do', sensitive: 'Sensitive: its words are for those named on it', place: 'Place' },
  me: { out: 'Sign out', install: 'Add it to the home screen to use it without a network', desk: 'Open the desk', notices: 'Notices', unread: '{n} unread', none: 'No notices' },
  yes: 'Yes', no: 'No', fault: 'That did not work', retry: 'Try again', required: 'required',
}

export const i18n = makeI18n(zh, en)
