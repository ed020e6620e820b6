/** Words of the pages of the rulebook. */
export const rulesZh = {
  tabs: { overview: '概览', calendar: '日历', policy: '政策参数', duty: '事权清单', codes: '代码表', files: '全部文件' },
  inForce: '现行版本', version: '版本', configured: '随程序或规则目录部署,尚未在此发布过', publishedBy: '{by} 起草,{approved} 审批', publishedAt: '发布时间',
  history: '历史版本', noHistory: '还没有历史版本', keptAt: '留存时间', how: '来源', current: '现行', open: '查看文件',
  by: { console: '在此发布', migrate: '部署', reload: '规则目录重读', drill: '演练区变体' },
  drafts: '草案', noDrafts: '还没有草案', title: '名称', drafter: '起草人', changed: '最近修改', state: '状态', files: '修改的文件', newDraft: '新建草案', draftTitle: '草案名称(说明修改什么)', create: '新建',
  takeOver: '转入到新草案', missing: '{year} 年节假日安排尚未录入:涉及该年的时限均为暂定', enter: '去录入', years: '已录入年份',
  looking: '查看', ofForce: '现行规则', editing: '在草案中修改', choose: '要修改,请先选择或新建草案', readOnly: '此草案不可修改', check: '核对与提交',
  year: '年份', off: '休', work: '班', provisional: '暂定', plain: '平日', weekend: '周末', legend: '图例', legendOff: '放假', legendWork: '调休上班', legendWeekend: '周末休息', legendProvisional: '尚无通知,按固定规则暂定', legendPlain: '正常上班',
  summary: '放假 {off} 天,调休上班 {work} 天', dayIs: '{day} 安排为', toDay: '至(含)', holidayName: '节日名称', nameEn: '英文名称', kindOff: '放假', kindWork: '调休上班(仅周末)', kindPlain: '按周历', apply: '应用', unsaved: '有未保存的修改', saveYear: '保存到草案', saved: '已保存到草案', reset: '放弃修改',
  source: '来源', notice: '通知文号', url: '来源网址', verified: '已与通知原文核对', notEntered: '该年尚未录入', prev: '上一年', next: '下一年', calendarFaults: '日历有误,改正后显示',
  searchKey: '名称、代码或依据', section: '章节', key: '参数', value: '值', unit: '类型', scope: '适用', basis: '依据', from: '生效日', change: '修改', statutory: '法定', law: '法定值 {v}', notYet: '未生效', past: '已被替换', all: '全部', onlyCity: '全市', count: '共 {n} 项', noKeys: '没有符合条件的参数', faultyShown: '草案有误,显示的是现行值', newValue: '新值', entryTip: '多个值用逗号分隔', fromTip: '收紧的参数最早自明日起生效', sourceTip: '文件名称或会议纪要', save: '保存',
  kind: { limit: '时限', limits: '多个时限', int: '数目', percent: '百分比', bool: '是否', list: '列表' },
  kindTip: { limit: '如 5wd(工作日)、4wh(工作时)、60cd(自然日)、2uh(紧急时)、30min', limits: '多个时限,用逗号分隔,如 7cd,30cd', int: '非负整数', percent: '0%至100%', bool: 'true 或 false', list: '代码,用逗号分隔' },
  file: '文件', text: '内容', saveFile: '保存文件', removeFile: '从草案中删除此文件', newFile: '新建文件', noFaults: '没有错误', faults: '错误({n})', line: '第{n}行', whole: '整个文件', changedHere: '已修改', removedHere: '已删除',
  refused: '不可发布({n})', warnings: '提示({n})', changes: '修改内容({n})', noChanges: '没有任何修改', seeFaults: '有错误,改正后显示修改内容', stale: '起草所依据的版本已不再生效,不能发布。请新建草案并转入修改。', wouldBe: '发布后版本 {v}',
  was: '原', will: '改为', direction: '方向', act: '变化', record: '经过', note: '说明', submit: '提交审批', withdraw: '撤回', discard: '作废', approve: '批准并发布', decline: '退回', sure: '发布后数秒内在所有进程生效。确定批准?', why: '退回理由(不少于5字)', done: '已办理', day: '日期', more: '另有 {n} 项',
  acts: { opened: '新建', edited: '修改', submitted: '提交', withdrawn: '撤回', declined: '退回', approved: '批准并发布', discarded: '作废' },
  waits: '待审批', mayNot: '规则由系统管理员起草、市级督办审批', tightened: '收紧',
}

export const rulesEn: typeof rulesZh = {
  tabs: { overview: 'Overview', calendar: 'Calendar', policy: 'Policy', duty: 'Duty catalogue', codes: 'Code tables', files: 'All files' },
  inForce: 'In force', version: 'Version', configured: 'As deployed with the program or its folder; nothing has been published here yet', publishedBy: 'drafted by {by}, approved by {approved}', publishedAt: 'Published',
  history: 'Earlier versions', noHistory: 'No versions yet', keptAt: 'Kept since', how: 'How', current: 'in force', open: 'Show files',
  by: { console: 'published here', migrate: 'deployed', reload: 'folder read again', drill: 'variant with the drill area' },
  drafts: 'Drafts', noDrafts: 'No drafts yet', title: 'Title', drafter: 'Drafted by', changed: 'Last change', state: 'State', files: 'Files changed', newDraft: 'New draft', draftTitle: 'Title of the draft: what it is for', create: 'Begin',
  takeOver: 'Take over into a new draft', missing: 'The holidays of {year} are not entered: every limit that reaches into it is provisional', enter: 'Enter them', years: 'Years entered',
  looking: 'Showing', ofForce: 'Rules in force', editing: 'Change in draft', choose: 'To change anything, choose a draft or begin one', readOnly: 'This draft cannot be changed', check: 'Check and submit',
  year: 'Year', off: 'off', work: 'on', provisional: 'provisional', plain: 'weekday', weekend: 'weekend', legend: 'Legend', legendOff: 'Holiday', legendWork: 'Make-up workday', legendWeekend: 'Weekend', legendProvisional: 'No notice yet: provisional, by the fixed rule', legendPlain: 'Worked',
  summary: '{off} days off, {work} make-up workdays', dayIs: '{day} is', toDay: 'until, included', holidayName: 'Name of the holiday', nameEn: 'Name in English', kindOff: 'Holiday', kindWork: 'Make-up workday (weekends only)', kindPlain: 'As the week has it', apply: 'Apply', unsaved: 'There are changes that are not saved', saveYear: 'Save into the draft', saved: 'Saved into the draft', reset: 'Drop changes',
  source: 'Source', notice: 'Number of the notice', url: 'Where it can be read', verified: 'Compared with the text of the notice', notEntered: 'This year is not entered', prev: 'Year before', next: 'Year after', calendarFaults: 'The calendar has faults; it is shown once they are corrected',
  searchKey: 'Name, code or source', section: 'Section', key: 'Key', value: 'Value', unit: 'Kind', scope: 'Place', basis: 'Source', from: 'Since', change: 'Change', statutory: 'statutory', law: 'by law {v}', notYet: 'not yet', past: 'replaced', all: 'All', onlyCity: 'Whole city', count: '{n} keys', noKeys: 'No key matches', faultyShown: 'The draft has faults: what is in force is shown', newValue: 'New value', entryTip: 'several values with commas between', fromTip: 'What is tighter holds from tomorrow at the earliest', sourceTip: 'Name of the document or the minutes', save: 'Save',
  kind: { limit: 'limit', limits: 'limits', int: 'number', percent: 'percent', bool: 'yes or no', list: 'list' },
  kindTip: { limit: 'such as 5wd (working days), 4wh (working hours), 60cd (calendar days), 2uh (urgent hours), 30min', limits: 'several limits with commas between, such as 7cd,30cd', int: 'a whole number', percent: '0% to 100%', bool: 'true or false', list: 'codes with commas between' },
  file: 'File', text: 'Content', saveFile: 'Save file', removeFile: 'Take this file out', newFile: 'New file', noFaults: 'No faults', faults: 'Faults ({n})', line: 'line {n}', whole: 'whole file', changedHere: 'changed', removedHere: 'removed',
  refused: 'May not be published ({n})', warnings: 'Notes ({n})', changes: 'What changes ({n})', noChanges: 'Nothing is changed', seeFaults: 'There are faults; what changes is shown once they are corrected', stale: 'The version it was begun on is no longer in force, so it cannot be published. Begin a new draft and take the files over.', wouldBe: 'would be version {v}',
  was: 'From', will: 'To', direction: 'Direction', act: 'What', record: 'Record', note: 'Note', submit: 'Submit', withdraw: 'Take back', discard: 'Discard', approve: 'Approve and publish', decline: 'Give back', sure: 'It is in force in every process within seconds. Approve it?', why: 'Why (at least 5 characters)', done: 'Done', day: 'Day', more: 'and {n} more',
  acts: { opened: 'begun', edited: 'edited', submitted: 'submitted', withdrawn: 'taken back', declined: 'given back', approved: 'approved and published', discarded: 'discarded' },
  waits: 'waits for approval', mayNot: 'A system administrator drafts the rules, the city’s supervision approves them', tightened: 'tightened',
}

export const rulesNavZh = { rules: '规则', 'rules-calendar': '日历', 'rules-policy': '政策参数', 'rules-files': '规则文件', 'rules-draft': '规则草案' }
export const rulesNavEn: typeof rulesNavZh = { rules: 'Rules', 'rules-calendar': 'Calendar', 'rules-policy': 'Policy', 'rules-files': 'Rulebook files', 'rules-draft': 'Draft of the rules' }
