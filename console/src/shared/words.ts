// The words of signing in, for every page where one can.
export const signIn = {
  zh: { title: '登录', username: '用户名', password: '密码', go: '登录', code: '动态口令或恢复码', factor: '请输入动态口令', again: '登录已过期,请重新登录。页面上的内容没有丢失。', other: '换一个账户', provider: '统一身份认证登录',
    mustChange: '首次使用须先修改密码', old: '原密码', fresh: '新密码', change: '修改密码', enrol: '请先登记动态口令', secret: '密钥', confirm: '确认', scan: '在验证器应用中添加此密钥,再输入它显示的六位数', recovery: '恢复码只显示这一次,请妥善保存', done: '我已保存' },
  en: { title: 'Sign in', username: 'User name', password: 'Password', go: 'Sign in', code: 'Code of the authenticator app, or a recovery code', factor: 'Enter your second factor', again: 'Your session has ended. Sign in again: nothing on the page is lost.', other: 'Use another account', provider: 'Sign in with the county account',
    mustChange: 'Change the password before you start', old: 'Present password', fresh: 'New password', change: 'Change password', enrol: 'Add a second factor first', secret: 'Secret', confirm: 'Confirm', scan: 'Add this secret to your authenticator app, then enter the six digits it shows', recovery: 'Recovery codes are shown only once: keep them safe', done: 'I have kept them' },
}
