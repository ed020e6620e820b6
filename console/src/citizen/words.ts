import { makeI18n } from '../shared/language'

const zh = {
  title: '群众诉求', lead: '有事请说,件件有回音', language: 'English', larger: '大字', home: '首页',
  tell: '我要反映', tellTip: '几分钟即可提交,不需要账号', follow: '查询进度', followTip: '凭编号和查询码', rights: '提交后会得到一个编号和查询码。承办单位、办理期限都能查到;答复后请您评价。',
  ask: { what: '您要反映什么?', whatTip: '请写清楚发生了什么、希望怎么解决', where: '发生在哪里?', area: '乡镇(街道)', place: '详细地点', placeTip: '路名、小区、楼栋', kind: '属于哪一类?(可不选)', nature: '诉求类型', who: '怎样联系您?', name: '姓名', phone: '手机号', phoneTip: '用于告知办理结果', centre: '请由中心联系我,不要把我的身份告诉承办单位', anonymous: '不留姓名', anonymousTip: '匿名反映也会办理,但无法通知您结果', send: '提交', sending: '正在提交…', next: '下一步', back: '上一步', step: '第 {n} 步,共 3 步', fix: '请改正标出的内容' },
  done: { title: '已收到', no: '编号', code: '查询码', keep: '请把编号和查询码记下来或打印。查询和评价时要用。', print: '打印', copy: '复制', copied: '已复制', follow: '查看进度', photos: '补充照片' },
  see: { no: '编号', code: '查询码', go: '查询', wrong: '没有查到。请核对编号和查询码。', state: '当前状态', unit: '办理单位', due: '答复期限', registered: '提交时间', replied: '答复时间', result: '答复内容', grade: '化解结果', rating: '您的评价', notices: '办理通知', none: '暂无通知', act: '您可以', other: '查另一件', confirm: '确定', sent: '已提交', left: '剩余 {n} 天', late: '已超过 {n} 天', photos: '照片', photosShown: '已补充 {n} 张', photosTip: '最多 {n} 张,只给办理人员看。请不要拍到无关的人和证件。', steps: ['已提交', '办理中', '已答复', '已办结'] },
  fault: '没有成功,请稍后再试。您填写的内容还在。', required: '请填写', choose: '请选择',
}

const en: typeof zh = {
  title: 'Tell us', lead: 'Every matter gets an answer', language: '中文', larger: 'Larger text', home: 'Start',
  tell: 'Report a matter', tellTip: 'A few minutes, no account needed', follow: 'See the progress', followTip: 'With number and query code', rights: 'You get a number and a query code. You can see who handles the matter and by when; after the answer, please rate it.',
  ask: { what: 'What has happened?', whatTip: 'What happened, and what you would like to be done', where: 'Where was it?', area: 'Town or street', place: 'Exact place', placeTip: 'Road, estate, building', kind: 'What kind of matter? (optional)', nature: 'What you ask for', who: 'How can we reach you?', name: 'Name', phone: 'Mobile phone', phoneTip: 'To tell you the result', centre: 'Reach me through the centre; do not tell the unit who I am', anonymous: 'I do not give my name', anonymousTip: 'It will be handled, but nobody can tell you the result', send: 'Send', sending: 'Sending…', next: 'Next', back: 'Back', step: 'Step {n} of 3', fix: 'Correct what is marked' },
  done: { title: 'Received', no: 'Number', code: 'Query code', keep: 'Write number and code down, or print them. You need them to see the progress and to rate the answer.', print: 'Print', copy: 'Copy', copied: 'Copied', follow: 'See the progress', photos: 'Add photos' },
  see: { no: 'Number', code: 'Query code', go: 'Show', wrong: 'Nothing found. Check number and code.', state: 'Where it stands', unit: 'With', due: 'Answer due', registered: 'Sent', replied: 'Answered', result: 'Answer', grade: 'Outcome', rating: 'Your rating', notices: 'Messages', none: 'No messages yet', act: 'You may', other: 'Another matter', confirm: 'Confirm', sent: 'Sent', left: '{n} days left', late: '{n} days late', photos: 'Photos', photosShown: '{n} added', photosTip: 'At most {n}, seen by those who handle the matter only. Please leave other people and papers out.', steps: ['Sent', 'In hand', 'Answered', 'Closed'] },
  fault: 'That did not work. Try again later: what you have written is kept.', required: 'Please fill this in', choose: 'Choose',
}

export const i18n = makeI18n(zh, en as never)
export const steps = (language: string) => (language === 'en' ? en.see.steps : zh.see.steps)
